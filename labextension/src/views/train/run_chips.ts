/**
 * The runs on the charts as chips: colour, name, and an eye that hides or shows a run everywhere.
 */

import type { SharedView } from '../../chart/shared_view';
import { button } from '../../controls/button';
import { icon } from '../../controls/icons';
import { formatValue } from '../../format';
import { trans } from '../../i18n/translation';
import type { RunData } from '../../store/run_data';
import type { RunStore } from '../../store/run_store';
import { colourCell } from '../run_cells';

export class RunChips {
  readonly element = document.createElement('div');
  private _list = document.createElement('div');
  private _warning = document.createElement('p');
  private _compare: HTMLButtonElement;
  private _chips = new Map<string, HTMLButtonElement>();
  private _forget: (() => void)[] = [];

  /**
   * @param _store the runs.
   * @param _shared which of them are seen.
   * @param _comparing puts the runs with these ids side by side; undefined where that cannot be done.
   */
  constructor(
    private readonly _store: RunStore,
    private readonly _shared: SharedView,
    private readonly _comparing?: (runs: readonly string[]) => void
  ) {
    this.element.className = 'lossviz-run-chips';
    this._list.setAttribute('role', 'group');
    this._list.setAttribute('aria-label', trans.__('Runs on the charts'));
    this._warning.textContent = trans.__(
      'These runs minimise different losses, so their heights cannot be compared; compare a metric.'
    );
    this._compare = button(
      trans.__('Compare'),
      trans.__('Compare the settings and metrics of the visible runs'),
      () => {
        this._comparing?.(this._seen.map(({ id }) => id));
      }
    );
    this._compare.classList.add('lossviz-small');
    this._list.append(this._compare);
    this.element.append(this._list, this._warning);
    this._fill();
  }

  /** Follow the runs from now on. */
  show(): void {
    const fill = (): void => {
      this._fill();
    };
    this._forget = [
      this._store.slices.on(['run', 'epochs', 'earlier'], fill),
      this._shared.onChoice(fill)
    ];
    fill();
  }

  /** Follow nothing, until `show`. */
  hide(): void {
    this._forget.splice(0).forEach(forget => {
      forget();
    });
  }

  /** The newest first, as in the table. */
  private get _runs(): RunData[] {
    const { followed, earlier } = this._store;
    return [...earlier, ...(followed ? [followed] : [])].reverse();
  }

  private get _seen(): RunData[] {
    return this._runs.filter(({ id }) => !this._shared.hidden.has(id));
  }

  private _fill(): void {
    const runs = this._runs;
    const { hidden } = this._shared;
    const names = chipNames(runs);
    for (const [id, chip] of this._chips) {
      if (!runs.some(run => run.id === id)) {
        chip.remove();
        this._chips.delete(id);
      }
    }
    runs.forEach((run, index) => {
      const chip = this._chip(run.id);
      write(chip, run, names[index] ?? '', hidden.has(run.id));
      if (this._list.children[index] !== chip) {
        this._list.insertBefore(chip, this._list.children[index] ?? null);
      }
    });
    this.element.hidden = runs.length === 0;
    const seen = this._seen;
    this._compare.hidden = !this._comparing || seen.length < 2;
    this._warning.hidden = new Set(seen.map(({ state }) => state.loss)).size < 2;
  }

  private _chip(id: string): HTMLButtonElement {
    let chip = this._chips.get(id);
    if (!chip) {
      chip = document.createElement('button');
      chip.type = 'button';
      chip.className = 'lossviz-chip';
      chip.append(document.createElement('i'), document.createElement('span'));
      chip.addEventListener('click', () => {
        this._shared.toggle(id);
      });
      this._chips.set(id, chip);
    }
    return chip;
  }
}

/** What the chips say: a run's name, and of loss and learning rate what tells the runs apart. */
export function chipNames(runs: readonly RunData[]): string[] {
  const losses = runs.map(({ state }) => state.loss);
  const rates = runs.map(rateOf);
  // What is not known of a run that has not begun tells nothing apart.
  const differ = (values: readonly (string | undefined)[]): boolean =>
    new Set(values.filter(value => value !== undefined)).size > 1;
  return runs.map(({ state }, i) =>
    [state.name, ...(differ(losses) ? [losses[i]] : []), ...(differ(rates) ? [rates[i]] : [])]
      .filter(part => part !== undefined && part !== '')
      .join(', ')
  );
}

/** The learning rate that a run began with, as far as this page knows. */
function rateOf({ learningRates, epochs }: RunData): string | undefined {
  const first = learningRates.at(0, true);
  const rate = Number.isFinite(first) ? first : epochs.all[0]?.learning_rate;
  return typeof rate === 'number' ? formatValue(rate, 4) : undefined;
}

function write(chip: HTMLButtonElement, run: RunData, name: string, hidden: boolean): void {
  const [swatch, label] = chip.children as unknown as [HTMLElement, HTMLElement];
  colourCell(swatch, run.state.colour);
  const state = String(!hidden);
  if (label.textContent === name && chip.getAttribute('aria-pressed') === state) {
    return;
  }
  label.textContent = name;
  chip.setAttribute('aria-label', trans.__('Show %1', name));
  chip.setAttribute('aria-pressed', state);
  chip.title = hidden ? trans.__('Show on the charts') : trans.__('Hide from the charts');
  chip.querySelector('svg')?.remove();
  chip.append(icon(hidden ? 'hidden' : 'shown'));
}
