/**
 * The epochs of a run: a bounded number, with every extreme, as for steps.
 */

import type { EpochRow } from '../messages';

/** The maximum number of rows held. */
export const MOST_ROWS = 4096;

/** Enough rows for the shape of a metric's curve: eight stretches of three rows each. */
const LEAST_ROWS = 24;

export class EpochRows {
  private _rows: EpochRow[] = [];

  /** The rows held, in order; always including the last one. */
  get all(): readonly EpochRow[] {
    return this._rows;
  }

  /** The number of epochs from the first to the last, held or not. */
  get count(): number {
    const [first, last] = [this._rows[0], this._rows.at(-1)];
    return first && last ? Math.max(last.epoch - first.epoch + 1, this._rows.length) : 0;
  }

  /** Replace all rows. */
  reset(rows: readonly EpochRow[]): void {
    this._rows = thinned(rows, MOST_ROWS, metricsOf(rows));
  }

  /** Add new rows. */
  append(rows: readonly EpochRow[]): void {
    this._rows.push(...rows);
    if (this._rows.length > MOST_ROWS) {
      this._rows = thinned(this._rows, MOST_ROWS / 2, metricsOf(this._rows));
    }
  }
}

/** The metrics in these rows, the loss first. */
export function metricsOf(rows: readonly EpochRow[]): string[] {
  const names = new Set(rows.flatMap(row => Object.keys(row.metrics)));
  const losses = ['loss', 'val_loss'].filter(name => names.has(name));
  return [...new Set([...losses, ...names])];
}

/**
 * At most about `most` of the rows: the first and the last one, and for each stretch of rows those with
 * the lowest and the highest value of each metric, as far as they fit, and the first without a value.
 */
export function thinned(
  rows: readonly EpochRow[],
  most: number,
  metrics: readonly string[]
): EpochRow[] {
  if (rows.length <= most) {
    return [...rows];
  }
  const drawn = metrics.slice(0, Math.max(Math.floor(most / LEAST_ROWS), 1));
  const stretch = Math.ceil((rows.length * (2 * drawn.length + 1)) / most);
  const kept = new Set<number>([0, rows.length - 1]);
  for (let from = 0; from < rows.length; from += stretch) {
    const to = Math.min(from + stretch, rows.length);
    for (const metric of drawn) {
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
