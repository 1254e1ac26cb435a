/**
 * Above the runs table: the scope, the filter, and the column menu.
 */

import { button } from '../../controls/button';
import { trans } from '../../i18n/translation';
import type { Scope } from '../../messages';
import { scopeTitles, type Choice } from './choice';
import { columnGroup, columnTitle, DEFAULT_COLUMNS, isKernelColumn, runColumns } from './columns';

let toolbars = 0;

export class RunsToolbar {
  readonly element = document.createElement('div');
  private _scopes = new Map<Scope, HTMLButtonElement>();
  private _filter = document.createElement('input');
  private _columns: HTMLButtonElement;
  private _menu = document.createElement('div');
  private _kernelColumns: readonly string[] = [];

  /**
   * @param _choice the current choice.
   * @param _onChange called with what somebody chose.
   * @param _onOpen called when the column menu opens and needs the names of all columns.
   */
  constructor(
    private _choice: Choice,
    private readonly _onChange: (change: Partial<Choice>) => void,
    private readonly _onOpen: () => void
  ) {
    this._filter.type = 'search';
    this._filter.className = 'lossviz-runs-filter';
    this._filter.placeholder = trans.__('Filter: dice, learning_rate=0.1');
    this._filter.setAttribute('aria-label', trans.__('Filter runs'));
    this._filter.addEventListener('input', () => {
      // At every key: the kernel drops all requests but the last.
      this._onChange({ filter: this._filter.value });
    });
    this._menu.id = `lossviz-columns-${++toolbars}`;
    this._menu.className = 'lossviz-runs-columns';
    this._menu.hidden = true;
    this._menu.setAttribute('role', 'group');
    this._menu.setAttribute('aria-label', trans.__('Table columns'));
    this._columns = button(trans.__('Columns'), trans.__('Choose columns'), () => {
      this._openMenu(this._menu.hidden);
    });
    this._columns.classList.add('lossviz-small');
    this._columns.setAttribute('aria-controls', this._menu.id);
    this._columns.setAttribute('aria-expanded', 'false');
    this._menu.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        this._openMenu(false);
        this._columns.focus();
      }
    });
    const line = document.createElement('div');
    line.className = 'lossviz-runs-line';
    line.append(this._scopeSwitch(), this._filter, this._columns);
    this.element.append(line, this._menu);
    this.show(_choice);
  }

  /** Show the current choice. */
  show(choice: Choice): void {
    const columnsChanged = choice.columns !== this._choice.columns;
    this._choice = choice;
    this._scopes.forEach((element, scope) => {
      element.setAttribute('aria-pressed', String(scope === choice.scope));
    });
    if (document.activeElement !== this._filter) {
      this._filter.value = choice.filter;
    }
    if (columnsChanged && !this._menu.hidden) {
      this._fillMenu();
    }
  }

  clearFilter(): void {
    this._filter.value = '';
    this._onChange({ filter: '' });
    this._filter.focus();
  }

  /** Offer these columns of hyperparameters and metrics. */
  offerColumns(ids: readonly string[]): void {
    if (ids.join() !== this._kernelColumns.join()) {
      this._kernelColumns = ids;
      this._fillMenu();
    }
  }

  private _scopeSwitch(): HTMLElement {
    const group = document.createElement('div');
    group.className = 'lossviz-switch';
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', trans.__('Runs to list'));
    for (const [scope, title] of scopeTitles()) {
      const element = document.createElement('button');
      element.type = 'button';
      element.textContent = title;
      element.addEventListener('click', () => {
        this._onChange({ scope });
      });
      this._scopes.set(scope, element);
      group.append(element);
    }
    return group;
  }

  private _openMenu(open: boolean): void {
    this._menu.hidden = !open;
    this._columns.setAttribute('aria-expanded', String(open));
    if (open) {
      this._fillMenu();
      this._onOpen();
    }
  }

  private _fillMenu(): void {
    const chosen = this._choice.columns.filter(isKernelColumn);
    const ids = [
      ...runColumns()
        .map(({ id }) => id)
        .filter(id => id !== 'name'),
      ...new Set([...chosen, ...this._kernelColumns])
    ];
    const groups = new Map<string, HTMLElement>();
    for (const id of ids) {
      const title = columnGroup(id);
      let group = groups.get(title);
      if (!group) {
        group = document.createElement('fieldset');
        const legend = document.createElement('legend');
        legend.textContent = title;
        group.append(legend);
        groups.set(title, group);
      }
      group.append(this._checkbox(id));
    }
    const reset = button(trans.__('Reset columns'), '', () => {
      this._onChange({ columns: [...DEFAULT_COLUMNS] });
      this._columns.focus();
    });
    reset.classList.add('lossviz-small');
    // A checkbox that was just used keeps the focus.
    const focused = document.activeElement;
    const used = focused instanceof HTMLInputElement ? focused.value : '';
    this._menu.replaceChildren(...groups.values(), reset);
    if (used) {
      const boxes = Array.from(this._menu.querySelectorAll('input'));
      boxes.find(({ value }) => value === used)?.focus();
    }
  }

  private _checkbox(id: string): HTMLElement {
    const label = document.createElement('label');
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.value = id;
    box.checked = this._choice.columns.includes(id);
    box.addEventListener('change', () => {
      const { columns } = this._choice;
      this._onChange({
        columns: box.checked ? [...columns, id] : columns.filter(column => column !== id)
      });
    });
    label.append(box, columnTitle(id));
    return label;
  }
}
