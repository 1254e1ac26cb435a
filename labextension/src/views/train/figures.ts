/**
 * The four figures on top of the view *Train*. Before the first run one line in their place says how
 * to get them.
 */

import { button } from '../../controls/button';
import { setText } from '../../controls/set_text';
import { trans } from '../../i18n/translation';
import { Paced } from '../../paced';
import { GRADIENT_NORM, type RunData } from '../../store/run_data';
import type { ViewContext } from '../kind';
import { figuresOf, type FigureValue } from './figure_values';

const COUNT = 4;

export class Figures {
  readonly element = document.createElement('div');
  private _list = document.createElement('dl');
  private _figures = Array.from({ length: COUNT }, () => new Figure());
  private _first = document.createElement('div');
  private _line = document.createElement('p');
  private _start = button(trans.__('Start training'), trans.__('Run the program'), () => {
    this._context.first?.().train?.();
  });
  private _fill = new Paced(() => {
    this._show();
  });
  private _forget: (() => void)[] = [];

  constructor(private readonly _context: ViewContext) {
    this.element.className = 'lossviz-figures';
    this._list.append(...this._figures.map(({ element }) => element));
    this._first.className = 'lossviz-first-run';
    this._first.append(this._line, this._start);
    this.element.append(this._list, this._first);
  }

  /** They are on the page now. */
  show(): void {
    const { slices } = this._context.store;
    this._forget = [
      slices.on(['run', 'earlier'], () => {
        this._fill.now();
      }),
      slices.on(['progress', 'epochs', `series:${GRADIENT_NORM}`], () => {
        this._fill.ask();
      })
    ];
    this._fill.now();
  }

  /** They are not, until `show`. */
  hide(): void {
    this._fill.cancel();
    this._forget.splice(0).forEach(forget => {
      forget();
    });
  }

  private _show(): void {
    const { followed, earlier } = this._context.store;
    const begun = followed && (followed.progress.step > 0 || !followed.live);
    const none = !begun && earlier.length === 0;
    this._list.hidden = none;
    this._first.hidden = !none;
    if (none) {
      const first = this._context.first?.();
      setText(this._line, first?.text ?? this._context.empty);
      this._start.hidden = !first?.train;
      return;
    }
    figuresOf(followed, before(followed, earlier)).forEach((value, index) => {
      this._figures[index]?.show(value);
    });
  }
}

/** The verdict as a screen reader says it. */
function spoken(verdict: 'better' | 'worse'): string {
  return verdict === 'better' ? trans.__('better') : trans.__('worse');
}

/** The run to compare with: the newest of the others that has an epoch and did not fail. */
function before(run: RunData | null, others: readonly RunData[]): RunData | undefined {
  return others
    .filter(({ id, epochs, state }) => {
      return id !== run?.id && epochs.count > 0 && state.status !== 'failed';
    })
    .at(-1);
}

/** One figure: its name, its value, and what that means. */
class Figure {
  readonly element = document.createElement('div');
  private _title = document.createElement('dt');
  private _value = document.createElement('dd');
  private _meaning = document.createElement('dd');
  private _change = document.createElement('b');
  private _verdict = document.createElement('span');
  private _detail = document.createElement('span');

  constructor() {
    this.element.className = 'lossviz-figure';
    this._value.className = 'lossviz-figure-value';
    this._meaning.className = 'lossviz-figure-meaning';
    this._verdict.className = 'lossviz-visually-hidden';
    this._meaning.append(this._change, this._verdict, ' ', this._detail);
    this.element.append(this._title, this._value, this._meaning);
  }

  show({ title, value, bad = false, change, detail }: FigureValue): void {
    setText(this._title, title);
    setText(this._value, value);
    this._value.classList.toggle('lossviz-figure-bad', bad);
    setText(this._change, change?.text ?? '');
    setText(this._verdict, change?.verdict ? ` (${spoken(change.verdict)})` : '');
    setText(this._detail, detail);
    this._change.dataset['verdict'] = change?.verdict ?? '';
    const whole = [change?.text, detail].filter(Boolean).join(' ');
    if (this._meaning.title !== whole) {
      // Where there is no room for all of it.
      this._meaning.title = whole;
    }
  }
}
