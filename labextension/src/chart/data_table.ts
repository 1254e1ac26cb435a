/**
 * The numbers of a chart as a table, for people who do not read them off a picture.
 */

import { button } from '../controls/button';
import { formatCount } from '../format';
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
    this.element.setAttribute('aria-label', `Table of ${_title}`);
    this.button = button('Show table', 'Show the numbers as a table', () => {
      void this._toggle();
    });
    this.button.className = 'lossviz-export';
    this.button.setAttribute('aria-label', `Show as a table: ${_title}`);
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
      ? `${title}, the last ${formatCount(count - first)} of ${formatCount(count + omitted)} rows`
      : title;
  const head = table.createTHead().insertRow();
  for (const name of columns) {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.textContent = name;
    head.append(cell);
  }
  const body = table.createTBody();
  for (let i = first; i < count; i++) {
    const line = body.insertRow();
    for (const value of row(i)) {
      line.insertCell().textContent =
        typeof value === 'number' ? String(Number(value.toPrecision(6))) : value;
    }
  }
  return table;
}
