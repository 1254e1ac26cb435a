/**
 * Above the table of runs: which runs, the filter, and the choice of columns.
 */

import { button } from '../../controls/button';
import type { Scope } from '../../messages';
import { SCOPES, type Choice } from './choice';
import { DEFAULT, groupOf, PLAIN, titleOf } from './columns';

let groups = 0;

export class RunsToolbar {
  readonly element = document.createElement('div');
  private _scopes = new Map<Scope, HTMLButtonElement>();
  private _filter = document.createElement('input');
  private _columns: HTMLButtonElement;
  private _panel = document.createElement('div');
  private _known: readonly string[] = [];

  /**
   * @param _choice what is chosen now.
   * @param _choose called with what was chosen.
   * @param _opened called when the names of all columns are wanted.
   */
  constructor(
    private _choice: Choice,
    private readonly _choose: (change: Partial<Choice>) => void,
    private readonly _opened: () => void
  ) {
    const scopes = document.createElement('div');
    scopes.className = 'lossviz-switch';
    scopes.setAttribute('role', 'group');
    scopes.setAttribute('aria-label', 'Which runs');
    for (const [scope, label] of Object.entries(SCOPES) as [Scope, string][]) {
      const one = document.createElement('button');
      one.type = 'button';
      one.textContent = label;
      one.addEventListener('click', () => {
        this._choose({ scope });
      });
      this._scopes.set(scope, one);
      scopes.append(one);
    }
    this._filter.type = 'search';
    this._filter.className = 'lossviz-runs-filter';
    this._filter.placeholder = 'Filter, such as dice or learning_rate=0.1';
    this._filter.setAttribute('aria-label', 'Filter runs');
    this._filter.addEventListener('input', () => {
      // Of questions that come while it answers, the kernel takes the last.
      this._choose({ filter: this._filter.value });
    });
    this._panel.id = `lossviz-columns-${++groups}`;
    this._panel.className = 'lossviz-runs-columns';
    this._panel.hidden = true;
    this._panel.setAttribute('role', 'group');
    this._panel.setAttribute('aria-label', 'Columns of the table');
    this._columns = button('Columns', 'Choose which columns are shown', () => {
      this._open(this._panel.hidden);
    });
    this._columns.classList.add('lossviz-small');
    this._columns.setAttribute('aria-controls', this._panel.id);
    this._columns.setAttribute('aria-expanded', 'false');
    this._panel.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        this._open(false);
        this._columns.focus();
      }
    });
    const line = document.createElement('div');
    line.className = 'lossviz-runs-line';
    line.append(scopes, this._filter, this._columns);
    this.element.append(line, this._panel);
    this.show(_choice);
  }

  /** Show what is chosen. */
  show(choice: Choice): void {
    const other = choice.columns !== this._choice.columns;
    this._choice = choice;
    this._scopes.forEach((one, scope) => {
      one.setAttribute('aria-pressed', String(scope === choice.scope));
    });
    if (document.activeElement !== this._filter) {
      this._filter.value = choice.filter;
    }
    if (other && !this._panel.hidden) {
      this._fill();
    }
  }

  /** Take the filter away. */
  clearFilter(): void {
    this._filter.value = '';
    this._choose({ filter: '' });
    this._filter.focus();
  }

  /** There are these columns of hyperparameters and metrics. */
  showNames(names: readonly string[]): void {
    if (names.join() !== this._known.join()) {
      this._known = names;
      this._fill();
    }
  }

  private _open(open: boolean): void {
    this._panel.hidden = !open;
    this._columns.setAttribute('aria-expanded', String(open));
    if (open) {
      this._fill();
      this._opened();
    }
  }

  private _fill(): void {
    const ids = [
      ...PLAIN.map(({ id }) => id).filter(id => id !== 'name'),
      ...new Set([...this._choice.columns.filter(id => id.includes(':')), ...this._known])
    ];
    const found = new Map<string, HTMLElement>();
    for (const id of ids) {
      const name = groupOf(id);
      let group = found.get(name);
      if (!group) {
        group = document.createElement('fieldset');
        const legend = document.createElement('legend');
        legend.textContent = name;
        group.append(legend);
        found.set(name, group);
      }
      group.append(this._box(id));
    }
    const reset = button('Default columns', '', () => {
      this._choose({ columns: [...DEFAULT] });
      this._columns.focus();
    });
    reset.classList.add('lossviz-small');
    // A box that was pressed keeps the focus.
    const focused = document.activeElement;
    const pressed = focused instanceof HTMLInputElement ? focused.value : '';
    this._panel.replaceChildren(...found.values(), reset);
    if (pressed) {
      const boxes = Array.from(this._panel.querySelectorAll('input'));
      boxes.find(one => one.value === pressed)?.focus();
    }
  }

  private _box(id: string): HTMLElement {
    const label = document.createElement('label');
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.value = id;
    box.checked = this._choice.columns.includes(id);
    box.addEventListener('change', () => {
      const { columns } = this._choice;
      this._choose({
        columns: box.checked ? [...columns, id] : columns.filter(one => one !== id)
      });
    });
    label.append(box, titleOf(id));
    return label;
  }
}
