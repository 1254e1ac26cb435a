/**
 * The runs table: of thousands of rows, only the visible ones are elements of the page.
 */

import { trans } from '../../i18n/translation';
import type { ListedRun } from '../../messages';
import { headCell } from '../run_cells';
import type { Column } from './columns';
import { RunRow } from './row';

/** In pixels, as in style/runs.css; the table is at most this high. */
const ROW = 28;
const HEIGHT = 456;

/** Rows drawn above and below the visible ones, so that scrolling shows no gap. */
const MARGIN = 8;

/** Empty rows shown until the kernel has answered. */
const PLACEHOLDERS = 6;

/** Width of the column of checkboxes, in pixels. */
const SELECT = 34;

/** The rows to draw, and what to do when somebody uses the table. */
export interface TableHandlers {
  row(index: number): ListedRun | undefined;
  selected(run: ListedRun): boolean;
  toggle(run: ListedRun, selected: boolean): void;
  sort(column: Column): void;
  /** These rows are visible. */
  load(start: number, count: number): void;
}

export class RunsTable {
  readonly element = document.createElement('div');
  private _table = document.createElement('table');
  private _sizes = document.createElement('colgroup');
  private _head = document.createElement('tr');
  private _body = document.createElement('tbody');
  private _above = spacer();
  private _below = spacer();
  private _rows: RunRow[] = [];
  private _columns: readonly Column[] = [];
  private _total: number | undefined;
  private _start = 0;
  /** The row whose checkbox Tab reaches; arrow keys reach the others. */
  private _current = 0;
  private _frame = 0;

  constructor(private readonly _handlers: TableHandlers) {
    this.element.className = 'lossviz-runs-scroll lossviz-table';
    // A region that scrolls must be reachable with the keyboard.
    this.element.tabIndex = 0;
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', trans.__('Table of runs'));
    this._table.setAttribute('aria-label', trans.__('Runs'));
    const head = document.createElement('thead');
    this._head.setAttribute('aria-rowindex', '1');
    head.append(this._head);
    this._body.append(this._above, this._below);
    this._table.append(this._sizes, head, this._body);
    this.element.append(this._table);
    this.element.addEventListener('scroll', () => {
      this._frame ||= requestAnimationFrame(() => {
        this._frame = 0;
        this.draw();
      });
    });
    this._body.addEventListener('keydown', this._moveFocus);
  }

  /** Show these columns; the rows are sorted by one of them. */
  showColumns(columns: readonly Column[], sort: string, descending: boolean): void {
    const ids = columns.map(({ id }) => id).join();
    if (ids !== this._columns.map(({ id }) => id).join()) {
      // Rows make their cells anew for other columns, not for another order.
      this._columns = columns;
    }
    const focused = this._head.contains(document.activeElement)
      ? document.activeElement?.closest('th')?.dataset['column']
      : undefined;
    const flexible = columns.find(column => column.flexible) ?? columns[0];
    this._sizes.replaceChildren(
      ...[undefined, ...columns].map(column => {
        const size = document.createElement('col');
        if (column !== flexible) {
          size.style.width = `${column?.width ?? SELECT}px`;
        }
        return size;
      })
    );
    const whole = columns.reduce((sum, { width }) => sum + width, SELECT);
    this._table.style.width = `max(100%, ${whole}px)`;
    const select = headCell(hiddenText(trans.__('Selected')));
    select.className = 'lossviz-runs-select';
    this._head.replaceChildren(
      select,
      ...columns.map(column => this._headerOf(column, column.id === sort, descending))
    );
    if (focused !== undefined) {
      const header = Array.from(this._head.cells).find(cell => cell.dataset['column'] === focused);
      header?.querySelector('button')?.focus();
    }
    this.draw();
  }

  /** Set the number of rows; undefined while it is unknown. */
  showTotal(total: number | undefined): void {
    this._total = total;
    this._table.setAttribute('aria-rowcount', total === undefined ? '-1' : String(total + 1));
    this._table.setAttribute('aria-busy', String(total === undefined));
    this.draw();
  }

  /** Scroll to the first row. */
  scrollToTop(): void {
    this.element.scrollTop = 0;
    this._current = 0;
  }

  /** Draw the visible rows, and request those that are missing. */
  draw(): void {
    const count = this._total ?? PLACEHOLDERS;
    const visible = Math.ceil(HEIGHT / ROW);
    const top = Math.floor(this.element.scrollTop / ROW);
    const start = Math.max(0, Math.min(top, count - visible) - MARGIN);
    const stop = Math.min(count, top + visible + MARGIN);
    const length = Math.max(stop - start, 0);
    this._place(start, length);
    this._rows.forEach((row, i) => {
      const run = this._handlers.row(this._start + i);
      const selected = run !== undefined && this._handlers.selected(run);
      row.show(run, this._start + i, this._columns, selected);
    });
    this._above.style.height = `${this._start * ROW}px`;
    this._below.style.height = `${Math.max(count - stop, 0) * ROW}px`;
    this._above.hidden = this._start === 0;
    this._below.hidden = stop >= count;
    this._setTabStop();
    if (this._total !== undefined) {
      this._handlers.load(this._start, length);
    }
  }

  dispose(): void {
    cancelAnimationFrame(this._frame);
  }

  /**
   * Have an element for each of these rows. Rows that stay keep their elements, so that the focus
   * does not jump to another run.
   */
  private _place(start: number, length: number): void {
    const known = new Map(this._rows.map((row, i) => [this._start + i, row]));
    const stays = (index: number): boolean => index >= start && index < start + length;
    const free = [...known].filter(([index]) => !stays(index)).map(([, row]) => row);
    if (free.some(({ element }) => element.contains(document.activeElement))) {
      this.element.focus({ preventScroll: true });
    }
    free.forEach(({ element }) => {
      element.remove();
    });
    this._start = start;
    this._rows = Array.from(
      { length },
      (_, i) => known.get(start + i) ?? free.pop() ?? this._newRow()
    );
    let next: ChildNode | null = this._above.nextSibling;
    for (const { element } of this._rows) {
      if (element === next) {
        next = element.nextSibling;
      } else {
        this._body.insertBefore(element, next);
      }
    }
  }

  private _newRow(): RunRow {
    const row = new RunRow((run, selected) => {
      this._current = this._start + this._rows.indexOf(row);
      this._handlers.toggle(run, selected);
    });
    return row;
  }

  private _headerOf(column: Column, sorted: boolean, descending: boolean): HTMLTableCellElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = column.title;
    button.title = column.help ?? '';
    const mark = document.createElement('span');
    mark.setAttribute('aria-hidden', 'true');
    mark.textContent = sorted ? (descending ? '▾' : '▴') : '';
    button.append(mark);
    button.addEventListener('click', () => {
      this._handlers.sort(column);
    });
    const cell = headCell(button);
    cell.dataset['column'] = column.id;
    cell.classList.toggle('lossviz-runs-number', column.numeric === true);
    cell.setAttribute('aria-sort', !sorted ? 'none' : descending ? 'descending' : 'ascending');
    return cell;
  }

  private _setTabStop(): void {
    const last = this._start + this._rows.length - 1;
    const current = Math.min(Math.max(this._current, this._start), last);
    this._rows.forEach(({ box }, i) => {
      box.tabIndex = this._start + i === current ? 0 : -1;
    });
  }

  private _moveFocus = (event: KeyboardEvent): void => {
    const row = this._rows.findIndex(({ box }) => box === event.target);
    const last = (this._total ?? 0) - 1;
    const at = this._start + row;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (row < 0 || to === undefined || to < 0 || to > last) {
      return;
    }
    event.preventDefault();
    this._current = to;
    const { scrollTop, clientHeight } = this.element;
    // The sticky header covers the first row's height.
    if (to * ROW < scrollTop) {
      this.element.scrollTop = to * ROW;
    } else if ((to + 2) * ROW > scrollTop + clientHeight) {
      this.element.scrollTop = (to + 2) * ROW - clientHeight;
    }
    this.draw();
    this._rows[to - this._start]?.box.focus({ preventScroll: true });
  };
}

function spacer(): HTMLTableRowElement {
  const row = document.createElement('tr');
  row.className = 'lossviz-runs-space';
  row.setAttribute('aria-hidden', 'true');
  return row;
}

function hiddenText(text: string): HTMLElement {
  const element = document.createElement('span');
  element.className = 'lossviz-visually-hidden';
  element.textContent = text;
  return element;
}
