/**
 * The rows of the runs table that this page holds; the kernel has them all.
 *
 * Requests are numbered, and only responses to the current query count: a late one belongs to a
 * table that is no longer on the page.
 */

import type { FromPage, ListedRun, RunsPart, RunsRequest } from '../../messages';

/** Rows requested above and below the visible ones. */
const MARGIN = 30;

/** What the table shows. */
export type RunsQuery = Pick<RunsRequest, 'scope' | 'filter' | 'sort' | 'descending' | 'columns'>;

export class RunsSource {
  /** The number of rows; undefined until the kernel has answered. */
  total: number | undefined;
  /** Why there are no rows, or "". */
  trouble = '';
  private _rows = new Map<number, ListedRun>();
  private _query: RunsQuery | undefined;
  private _number = 0;
  /** The first request of the current query. */
  private _first = 0;
  private _window = { start: 0, count: 40 };
  /** The rows of the latest request. */
  private _requested = { start: 0, stop: 0 };

  /**
   * @param _page this page's id.
   * @param _send returns false if the kernel cannot be reached now.
   * @param _onChange called when rows have arrived.
   */
  constructor(
    private readonly _page: string,
    private readonly _send: (message: FromPage) => boolean,
    private readonly _onChange: () => void
  ) {}

  /** The row at this index; undefined while it loads. */
  row(index: number): ListedRun | undefined {
    return this._rows.get(index);
  }

  /** All rows that this page holds. */
  get rows(): ListedRun[] {
    return [...this._rows.values()];
  }

  /** Start a new query; false if the kernel cannot be reached now. */
  query(query: RunsQuery): boolean {
    if (query.columns.join() !== this._query?.columns.join()) {
      this._rows.clear(); // They have the values of other columns.
    }
    this._query = query;
    this._window.start = 0;
    this._first = this._number + 1;
    return this._request(true);
  }

  /** Look for changes; the rows stay until those arrive. */
  refresh(): boolean {
    return this._request(true);
  }

  /** Load these rows, which are visible now. */
  load(start: number, count: number): void {
    this._window = { start, count };
    const stop = Math.min(start + count, this.total ?? 0);
    const missing = Array.from({ length: Math.max(stop - start, 0) }, (_, i) => start + i).some(
      index => !this._rows.has(index)
    );
    const underway = this._requested.start <= start && stop <= this._requested.stop;
    if (missing && !underway) {
      this._request(false);
    }
  }

  /** Take a response of the kernel; false if it is too late. */
  take(message: RunsPart): boolean {
    if (message.number < this._first) {
      return false;
    }
    const { total, start, rows } = message;
    if (message.number === this._number) {
      this._requested = { start: 0, stop: 0 };
    }
    const reordered = total !== this.total || rows.some((run, i) => this._differs(start + i, run));
    if (reordered) {
      // Runs have been added, deleted or reordered: rows outside of this response are out of date.
      this._rows.clear();
    }
    rows.forEach((run, i) => this._rows.set(start + i, run));
    this.total = total;
    this.trouble = message.trouble;
    this._onChange();
    return true;
  }

  /** Whether the page holds another run than this one at an index. */
  private _differs(index: number, run: ListedRun): boolean {
    const known = this._rows.get(index);
    return known !== undefined && known.id !== run.id;
  }

  private _request(anew: boolean): boolean {
    if (!this._query) {
      return false;
    }
    const start = Math.max(this._window.start - MARGIN, 0);
    const count = this._window.start - start + this._window.count + MARGIN;
    this._requested = { start, stop: start + count };
    return this._send({
      type: 'runs',
      page: this._page,
      number: ++this._number,
      ...this._query,
      start,
      count,
      anew
    });
  }
}
