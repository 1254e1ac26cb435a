/**
 * The rows of the table of runs as this page knows them; the kernel has them all.
 *
 * Every question has a number, and only the answer to a question of the present order counts: a late
 * one is of a table that nobody looks at any more.
 */

import type { FromPage, ListedRun, RunsPart, RunsRequest } from '../../messages';

/** Beside those in sight so many rows are asked for on either side. */
const MARGIN = 30;

/** What the table is to show. */
export type RunsQuery = Pick<RunsRequest, 'scope' | 'filter' | 'sort' | 'descending' | 'columns'>;

export class RunsSource {
  /** How many rows there are; undefined until the kernel has answered. */
  total: number | undefined;
  /** Why there are none; else "". */
  trouble = '';
  private _rows = new Map<number, ListedRun>();
  private _query: RunsQuery | undefined;
  private _number = 0;
  /** The first question of the present order. */
  private _first = 0;
  private _window = { start: 0, count: 40 };
  /** What the latest question was for. */
  private _asked = { start: 0, stop: 0 };

  /**
   * @param _page what the kernel calls this page.
   * @param _send sends; false where that is not possible now.
   * @param _changed called when there are other rows.
   */
  constructor(
    private readonly _page: string,
    private readonly _send: (message: FromPage) => boolean,
    private readonly _changed: () => void
  ) {}

  /** The row at this index; undefined while it is on its way. */
  row(index: number): ListedRun | undefined {
    return this._rows.get(index);
  }

  /** All rows that are here. */
  get rows(): ListedRun[] {
    return [...this._rows.values()];
  }

  /** Show other runs, or in another order; false where the kernel cannot be asked now. */
  look(query: RunsQuery): boolean {
    if (query.columns.join() !== this._query?.columns.join()) {
      this._rows.clear(); // They tell of other columns.
    }
    this._query = query;
    this._window.start = 0;
    this._first = this._number + 1;
    return this._ask(true);
  }

  /** Look for changes; what is in sight stays until they are here. */
  refresh(): boolean {
    return this._ask(true);
  }

  /** These rows are in sight now. */
  want(start: number, count: number): void {
    this._window = { start, count };
    const stop = Math.min(start + count, this.total ?? 0);
    const missing = Array.from({ length: Math.max(stop - start, 0) }, (_, i) => start + i).some(
      index => !this._rows.has(index)
    );
    const underway = this._asked.start <= start && stop <= this._asked.stop;
    if (missing && !underway) {
      this._ask(false);
    }
  }

  /** The kernel's answer; false where it is too late. */
  take(message: RunsPart): boolean {
    if (message.number < this._first) {
      return false;
    }
    const { total, start, rows } = message;
    if (message.number === this._number) {
      this._asked = { start: 0, stop: 0 };
    }
    const again = total !== this.total || rows.some((run, i) => this._other(start + i, run));
    if (again) {
      // Runs have come or gone, or are in another order: what lies outside is asked for anew.
      this._rows.clear();
    }
    rows.forEach((run, i) => this._rows.set(start + i, run));
    this.total = total;
    this.trouble = message.trouble;
    this._changed();
    return true;
  }

  /** Whether another run than this one is known to stand there. */
  private _other(index: number, run: ListedRun): boolean {
    const known = this._rows.get(index);
    return known !== undefined && known.id !== run.id;
  }

  private _ask(anew: boolean): boolean {
    if (!this._query) {
      return false;
    }
    const start = Math.max(this._window.start - MARGIN, 0);
    const count = this._window.start - start + this._window.count + MARGIN;
    this._asked = { start, stop: start + count };
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
