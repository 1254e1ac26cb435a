/**
 * The epochs of a run: bounded, with every extreme kept, as steps are.
 */

import type { EpochRow } from '../messages';

/** So many are held at most. */
export const MOST_ROWS = 4096;

/** The means that a chart draws: their extremes are what people look for. */
const METRICS = ['loss', 'val_loss'];

export class EpochRows {
  private _rows: EpochRow[] = [];

  /** Those that are held, in order; the last one always is. */
  get all(): readonly EpochRow[] {
    return this._rows;
  }

  /** How many epochs there are from the first to the last, held or not. */
  get count(): number {
    const [first, last] = [this._rows[0], this._rows.at(-1)];
    return first && last ? Math.max(last.epoch - first.epoch + 1, this._rows.length) : 0;
  }

  /** Start over. */
  reset(rows: readonly EpochRow[]): void {
    this._rows = thinned(rows, MOST_ROWS);
  }

  /** Add those that have ended since. */
  append(rows: readonly EpochRow[]): void {
    this._rows.push(...rows);
    if (this._rows.length > MOST_ROWS) {
      this._rows = thinned(this._rows, MOST_ROWS / 2);
    }
  }
}

/**
 * At most about `most` of the rows: of each stretch the least and the greatest of each metric that is
 * drawn and the first one without a value, and the first and the last row.
 */
export function thinned(rows: readonly EpochRow[], most: number): EpochRow[] {
  if (rows.length <= most) {
    return [...rows];
  }
  const stretch = Math.ceil((rows.length * (2 * METRICS.length + 1)) / most);
  const kept = new Set<number>([0, rows.length - 1]);
  for (let from = 0; from < rows.length; from += stretch) {
    const to = Math.min(from + stretch, rows.length);
    for (const metric of METRICS) {
      extremes(rows, metric, from, to).forEach(index => kept.add(index));
    }
  }
  return [...kept].sort((a, b) => a - b).map(index => rows[index] as EpochRow);
}

function extremes(rows: readonly EpochRow[], metric: string, from: number, to: number): number[] {
  let [low, high, gap] = [-1, -1, -1];
  for (let i = from; i < to; i++) {
    const value = rows[i]?.metrics[metric];
    if (value === undefined) {
      continue;
    }
    if (value === null) {
      gap = gap < 0 ? i : gap;
      continue;
    }
    low = low < 0 || value < valueAt(rows, metric, low) ? i : low;
    high = high < 0 || value > valueAt(rows, metric, high) ? i : high;
  }
  return [low, high, gap].filter(index => index >= 0);
}

function valueAt(rows: readonly EpochRow[], metric: string, index: number): number {
  return rows[index]?.metrics[metric] ?? NaN;
}
