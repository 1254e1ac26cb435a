/**
 * The numbers of a chart as a table, for people who do not read them off a picture.
 */

import { button } from '../controls/button';
import { formatCount, formatValue } from '../format';
import { trans } from '../i18n/translation';
import type { Table } from './kind';

/** More rows than this nobody reads; the rest can be copied. */
const MOST_ROWS = 200;

export class DataTable {
  readonly element = document.createElement('div');
  readonly button: HTMLButtonElement;
  private _asked = 0;

  /**
   * @param _title of the chart.
   * @param _read gives the data now.
   */
  constructor(
    private readonly _title: string,
    private readonly _read: () => Promise<Table>
  ) {
    this.element.className = 'lossviz-table lossviz-data';
    this.element.hidden = true;
    // A region that can be scrolled must be reachable with the keyboard.
    this.element.tabIndex = 0;
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', trans.__('Table of %1', _title));
    this.button = button(trans.__('Show table'), trans.__('Show the numbers as a table'), () => {
      void this._toggle();
    });
    this.button.className = 'lossviz-export';
    this.button.setAttribute('aria-label', trans.__('Show as a table: %1', _title));
    this.button.setAttribute('aria-expanded', 'false');
  }

  private async _toggle(): Promise<void> {
    const asked = ++this._asked;
    const open = this.element.hidden;
    this.button.setAttribute('aria-expanded', String(open));
    this.element.hidden = !open;
    this.element.replaceChildren();
    if (!open) {
      return;
    }
    const shown = await this._read().then(
      table => tableOf(this._title, table),
      (error: unknown) => (error instanceof Error ? error.message : String(error))
    );
    if (asked === this._asked) {
      this.element.replaceChildren(shown);
    }
  }
}

/** The last rows of the data. */
function tableOf(title: string, { columns, count, row, omitted }: Table): HTMLTableElement {
  const table = document.createElement('table');
  const caption = table.createCaption();
  const first = Math.max(0, count - MOST_ROWS);
  caption.textContent =
    first + omitted > 0
      ? trans.__(
          '%1, the last %2 of %3 rows',
          title,
          formatCount(count - first),
          formatCount(count + omitted)
        )
      : title;
  const head = table.createTHead().insertRow();
  for (const name of columns) {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.textContent = columnTitle(name);
    head.append(cell);
  }
  const body = table.createTBody();
  for (let i = first; i < count; i++) {
    const line = body.insertRow();
    for (const value of row(i)) {
      line.insertCell().textContent = typeof value === 'number' ? formatValue(value) : value;
    }
  }
  return table;
}

/** A column in words; series and metrics are called as in Python. */
export function columnTitle(name: string): string {
  switch (name) {
    case 'run':
      return trans.__('run');
    case 'epoch':
      return trans.__('epoch');
    case 'step':
      return trans.__('step');
    case 'first step':
      return trans.__('first step');
    case 'steps':
      return trans.__('steps');
    case 'seconds':
      return trans.__('seconds');
    case 'learning rate':
      return trans.__('learning rate');
    default:
      return name;
  }
}
