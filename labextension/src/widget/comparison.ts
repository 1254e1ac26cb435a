/**
 * A loss function of a person's own beside the catalogue's, line by line.
 */

import { trans } from '../i18n/translation';
import { bundle, type AskFor } from '../chart/bundles';
import type { EditorModule } from '../editor/tokens';
import type { Comparison, DiffLine } from '../messages';
import { button } from '../controls/button';

const KINDS: Record<DiffLine['kind'], { tag: string; sign: string; said: () => string }> = {
  same: { tag: 'span', sign: ' ', said: () => '' },
  added: { tag: 'ins', sign: '+', said: () => trans.__('Yours: ') },
  removed: { tag: 'del', sign: '-', said: () => trans.__('Catalogue: ') }
};

export class ComparisonBox {
  readonly element = document.createElement('section');
  private _title = document.createElement('h3');
  private _lines = document.createElement('div');
  private _shown: readonly DiffLine[] = [];
  private _colours: EditorModule | undefined;
  private _forget: (() => void) | undefined;

  /** @param _ask asks the kernel for a bundle. */
  constructor(private readonly _ask: AskFor) {
    this.element.className = 'lossviz-comparison';
    this.element.hidden = true;
    this.element.tabIndex = -1;
    this._lines.className = 'lossviz-diff';
    // A region that can be scrolled must be reachable with the keyboard.
    this._lines.tabIndex = 0;
    this._lines.setAttribute('role', 'group');
    const close = button(trans.__('Close'), trans.__('Close the comparison'), () => {
      this.element.hidden = true;
    });
    this.element.append(this._title, this._lines, close);
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  show({ title, lines }: Comparison): void {
    this._title.textContent = title;
    this.element.setAttribute('aria-label', title);
    this._lines.setAttribute('aria-label', title);
    this._shown = lines;
    this._draw();
    const opens = !this.open && lines.length > 0;
    this.element.hidden = lines.length === 0;
    if (opens) {
      this.element.focus();
      this._load();
    }
  }

  dispose(): void {
    this._forget?.();
  }

  /** The colours of Python come when CodeMirror does. */
  private _load(): void {
    this._forget ??= bundle('editor').want({
      ask: this._ask,
      loaded: module => {
        this._colours = module;
        this._draw();
      },
      late: () => undefined
    });
  }

  private _draw(): void {
    const side = (other: DiffLine['kind']): HTMLElement[][] =>
      this._coloured(this._shown.filter(({ kind }) => kind !== other).map(({ text }) => text));
    // Each side is a program of its own: mixed, a text that goes over lines would be torn.
    const [yours, catalogue] = [side('removed'), side('added')];
    let [mine, theirs] = [0, 0];
    this._lines.replaceChildren(
      ...this._shown.map(({ kind }) => {
        const number = kind === 'removed' ? undefined : mine + 1;
        const code = kind === 'removed' ? catalogue[theirs] : yours[mine];
        mine += kind === 'removed' ? 0 : 1;
        theirs += kind === 'added' ? 0 : 1;
        return lineOf(kind, number, code ?? []);
      })
    );
  }

  private _coloured(lines: readonly string[]): HTMLElement[][] {
    const found = this._colours?.highlight(lines.join('\n'));
    return lines.map((text, i) => (found?.[i] ?? [{ text, kind: '' }]).map(spanOf));
  }
}

function spanOf({ text, kind }: { text: string; kind: string }): HTMLElement {
  const span = document.createElement('span');
  span.className = kind;
  span.textContent = text;
  return span;
}

function lineOf(kind: DiffLine['kind'], number: number | undefined, code: HTMLElement[]) {
  const { tag, sign, said } = KINDS[kind];
  const whose = said();
  const line = document.createElement(tag);
  line.className = `lossviz-diff-line lossviz-diff-${kind}`;
  if (whose) {
    const hidden = document.createElement('span');
    hidden.className = 'lossviz-visually-hidden';
    hidden.textContent = whose;
    line.append(hidden);
  }
  const mark = document.createElement('span');
  mark.className = 'lossviz-diff-mark';
  mark.dataset['line'] = String(number ?? '');
  mark.textContent = `${sign} `;
  mark.setAttribute('aria-hidden', 'true');
  line.append(mark, ...code);
  return line;
}
