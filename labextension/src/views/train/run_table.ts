/**
 * The numbers below the charts: one line for each run on the charts, the one that is followed
 * first, then the newest.
 */

import { setText } from '../../controls/set_text';
import { formatCount, formatNumber, formatSeconds } from '../../format';
import type { RunState } from '../../messages';
import { Paced } from '../../paced';
import { isLive, type RunData } from '../../store/run_data';
import { colourCell, headCell, nameCell } from '../run_cells';

const COLUMNS = ['run', 'last batch loss', 'lowest batch loss', 'epoch', 'steps/s', 'left'];

export class RunTable {
  readonly element = document.createElement('div');
  private _body = document.createElement('tbody');
  private _rows = new Map<string, HTMLTableRowElement>();
  private _latest: RunData | undefined;
  private _earlier: readonly RunData[] = [];
  private _fill = new Paced(() => {
    if (this._latest) {
      this._write(this._latest);
    }
  });

  constructor() {
    this.element.className = 'lossviz-table';
    this.element.hidden = true;
    const table = document.createElement('table');
    const caption = document.createElement('caption');
    caption.textContent = 'Runs';
    const head = document.createElement('thead');
    const row = document.createElement('tr');
    row.append(...COLUMNS.map(name => headCell(name)));
    head.append(row);
    table.append(caption, head, this._body);
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
      const kept = new Set([this._latest?.id, ...runs.map(({ id }) => id)]);
      for (const [id, row] of this._rows) {
        if (!kept.has(id)) {
          row.remove();
          this._rows.delete(id);
        }
      }
      runs.forEach(run => {
        this._write(run);
        this._body.prepend(this._row(run.state));
      });
      const latest = this._latest && this._rows.get(this._latest.id);
      if (latest) {
        this._body.prepend(latest);
      }
      this.element.hidden = this._rows.size === 0;
    }
  }

  /** All runs have been cleared. */
  clear(): void {
    this._fill.cancel();
    this._latest = undefined;
    this._earlier = [];
    this._rows.clear();
    this._body.replaceChildren();
    this.element.hidden = true;
  }

  /** Nobody looks. */
  hide(): void {
    this._fill.cancel();
  }

  private _write({ state: run, progress, last, best }: RunData): void {
    const live = isLive(run);
    const texts = [
      run.name,
      formatNumber(last),
      formatNumber(best),
      `${formatCount(progress.epoch)}/${formatCount(run.epochs)}`,
      progress.rate > 0 ? formatCount(progress.rate) : '',
      live && progress.left !== null ? formatSeconds(progress.left) : ''
    ];
    const row = this._row(run);
    texts.forEach((text, i) => {
      setText(row.cells[i] as HTMLTableCellElement, text);
    });
    colourCell(row.cells[0] as HTMLTableCellElement, run.colour);
    this.element.hidden = false;
  }

  private _row(run: RunState): HTMLTableRowElement {
    let row = this._rows.get(run.id);
    if (!row) {
      row = document.createElement('tr');
      row.append(nameCell(), ...COLUMNS.slice(1).map(() => document.createElement('td')));
      this._rows.set(run.id, row);
      this._body.prepend(row);
    }
    return row;
  }
}
