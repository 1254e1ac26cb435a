/**
 * The numbers below the charts: one line for each run on the charts, the one that is followed
 * first, then the newest.
 */

import { setText } from '../../controls/set_text';
import { trans } from '../../i18n/translation';
import { Paced } from '../../paced';
import { isLive, type RunData } from '../../store/run_data';
import { colourCell, headCell, nameCell } from '../run_cells';
import { runColumns, type RunColumn } from './run_columns';

export class RunTable {
  readonly element = document.createElement('div');
  private _head = document.createElement('tr');
  private _body = document.createElement('tbody');
  private _columns: readonly RunColumn[] = [];
  private _rows = new Map<string, HTMLTableRowElement>();
  private _latest: RunData | undefined;
  private _earlier: readonly RunData[] = [];
  private _fill = new Paced(() => {
    this._write();
  });

  constructor() {
    this.element.className = 'lossviz-table';
    this.element.hidden = true;
    // Where it is wider than the page, it is scrolled; with the keyboard, too.
    this.element.tabIndex = 0;
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', trans.__('Table of runs'));
    const table = document.createElement('table');
    table.createCaption().textContent = trans.__('Runs');
    table.createTHead().append(this._head);
    table.append(this._body);
    this.element.append(table);
  }

  /** Show the numbers of a run; a few times a second while it is live. */
  show(run: RunData): void {
    this._latest = run;
    if (isLive(run.state)) {
      this._fill.ask();
    } else {
      this._fill.now();
    }
  }

  /** Show runs that stand beside the present one, oldest first; those that did before go. */
  showEarlier(runs: readonly RunData[]): void {
    if (runs !== this._earlier) {
      this._earlier = runs;
      this._fill.now();
    }
  }

  /** All runs have been cleared. */
  clear(): void {
    this._latest = undefined;
    this._earlier = [];
    this._fill.now();
  }

  /** Nobody looks. */
  hide(): void {
    this._fill.cancel();
  }

  private _write(): void {
    const latest = this._latest ? [this._latest] : [];
    const runs = [...latest, ...this._earlier.filter(one => one !== this._latest).reverse()];
    this._arrange(runColumns(runs));
    const kept = new Set(runs.map(({ id }) => id));
    for (const [id, row] of this._rows) {
      if (!kept.has(id)) {
        row.remove();
        this._rows.delete(id);
      }
    }
    runs.forEach((run, index) => {
      const row = this._row(run.id);
      this._columns.forEach((column, i) => {
        setText(row.cells[i] as HTMLTableCellElement, column.text(run));
      });
      colourCell(row.cells[0] as HTMLTableCellElement, run.state.colour);
      if (this._body.children[index] !== row) {
        this._body.insertBefore(row, this._body.children[index] ?? null);
      }
    });
    this.element.hidden = runs.length === 0;
  }

  /** Other columns are other rows. */
  private _arrange(columns: readonly RunColumn[]): void {
    const ids = (some: readonly RunColumn[]): string => some.map(({ id }) => id).join();
    const changed = ids(columns) !== ids(this._columns);
    this._columns = columns;
    if (changed) {
      this._head.replaceChildren(...columns.map(one => aligned(headCell(one.title), one)));
      this._rows.clear();
      this._body.replaceChildren();
    }
  }

  private _row(id: string): HTMLTableRowElement {
    let row = this._rows.get(id);
    if (!row) {
      row = document.createElement('tr');
      const [, ...rest] = this._columns;
      row.append(nameCell(), ...rest.map(one => aligned(document.createElement('td'), one)));
      this._rows.set(id, row);
    }
    return row;
  }
}

function aligned(cell: HTMLTableCellElement, { words = false }: RunColumn): HTMLTableCellElement {
  cell.classList.toggle('lossviz-words', words);
  return cell;
}
