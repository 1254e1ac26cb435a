/**
 * The page's copy of values that stand at some steps of a run only: extremes for the old ones, the
 * values themselves for the rest. The page's side of lossviz/series/sparse_series.py.
 */

import { decimate, join, merged, type Line } from './decimate';
import { FOLD_WIDTH, foldedHalf } from './folded';
import { lowerBound } from './search';

/** A value and its step take as much room as three values of a series with one for each step. */
const ROOM = 3;

/** Extremes of as many values each, in order, with the step at which each bucket begins. */
export interface SparseBuckets {
  steps: Float64Array;
  minimum: Float32Array;
  maximum: Float32Array;
}

/** Values in bounded size: buckets, then single values. `rawStart` counts values, not steps. */
export interface SparseValues {
  buckets: SparseBuckets;
  rawStart: number;
  steps: Float64Array;
  raw: Float32Array;
}

/** Values and their steps, both of the same length. */
export interface Points {
  steps: Float64Array;
  values: Float32Array;
}

interface Old extends SparseBuckets {
  /** Of values in a bucket; the last one may have fewer. */
  width: number;
  /** Index of the first value. */
  start: number;
}

export class SparseSeries {
  private _old: Old[] = [];
  private _steps = new Float64Array(64);
  private _raw = new Float32Array(64);
  private _rawStart = 0;
  private _count = 0;

  /** How many values there are. */
  get length(): number {
    return this._rawStart + this._count;
  }

  /** Index of the first value that it has itself; those before are in buckets. */
  get rawStart(): number {
    return this._rawStart;
  }

  /** How much room it takes, counted in values of a series with one for each step. */
  get held(): number {
    return ROOM * this._count;
  }

  /** The newest value, or undefined before the first. */
  get last(): number | undefined {
    return this._count ? this._raw[this._count - 1] : undefined;
  }

  /** The step of the first value that it has itself; infinity where it has none. */
  get rawStep(): number {
    return this._count ? (this._steps[0] as number) : Infinity;
  }

  /** Start over from a snapshot. */
  reset({ buckets, rawStart, steps, raw }: SparseValues): void {
    const count = buckets.steps.length;
    this._old = count ? [{ ...buckets, start: 0, width: Math.ceil(rawStart / count) }] : [];
    this._rawStart = rawStart;
    this._steps = Float64Array.from(steps);
    this._raw = Float32Array.from(raw);
    this._count = raw.length;
  }

  /**
   * Add values at these steps, the first of them with the index `start`.
   *
   * @returns false, changing nothing, when `start` is not where this copy ends: something was lost.
   */
  append(start: number, steps: Float64Array, values: Float32Array): boolean {
    if (start !== this.length) {
      return false;
    }
    const count = this._count + values.length;
    if (count > this._raw.length) {
      const room = Math.max(2 * this._raw.length, count, 64);
      const [grownSteps, grown] = [new Float64Array(room), new Float32Array(room)];
      grownSteps.set(this._steps.subarray(0, this._count));
      grown.set(this._raw.subarray(0, this._count));
      [this._steps, this._raw] = [grownSteps, grown];
    }
    this._steps.set(steps, this._count);
    this._raw.set(values, this._count);
    this._count = count;
    return true;
  }

  /** The values from index `first` on at the steps `start` to `stop`, as far as it has them itself. */
  points(start: number, stop: number, first = 0): Points {
    const from = Math.max(this._before(start), first - this._rawStart, 0);
    const to = Math.max(this._before(stop), from);
    return { steps: this._steps.subarray(from, to), values: this._raw.subarray(from, to) };
  }

  /** How many values the widest bucket between two steps covers; 0 where there is none. */
  widest(start: number, stop: number): number {
    return this._buckets(start, stop).reduce(
      (widest, [{ width }, low, high]) => (high > low ? Math.max(widest, width) : widest),
      0
    );
  }

  /** About how many values stand at the steps `start` to `stop`. */
  count(start: number, stop: number): number {
    return this._index(stop) - this._index(start);
  }

  /** A step after which, up to the step `before`, there are at least so many values, or all. */
  stepBack(before: number, values: number): number {
    const wanted = this._index(before) - values;
    if (wanted >= this._rawStart) {
      return this._steps[wanted - this._rawStart] ?? 0;
    }
    const old = this._old.filter(one => one.start <= wanted).at(-1);
    return old?.steps[Math.floor((wanted - old.start) / old.width)] ?? 0;
  }

  /**
   * The line through the values at the steps `start` to `stop`, and to the ones on both sides; x is
   * the step's index.
   */
  line(start: number, stop: number, columns: number): Line {
    const from = Math.max(this._before(start) - 1, 0);
    const to = Math.max(Math.min(this._before(stop) + 1, this._count), from);
    const [steps, values] = [this._steps.subarray(from, to), this._raw.subarray(from, to)];
    const old = this._buckets(start, stop).map(([one, ...ends]) =>
      sparseBucketLine(one, columns, ...ends)
    );
    return [...old, pointsLine(steps, values, columns)].reduce(join);
  }

  /** Turn the older half of the single values into buckets: a page's memory stays bounded. */
  fold(): void {
    const { minimum, maximum } = foldedHalf(this._raw, this._count);
    const cells = minimum.length;
    if (cells === 0) {
      return;
    }
    const steps = Float64Array.from(
      { length: cells },
      (_, cell) => this._steps[cell * FOLD_WIDTH] as number
    );
    this._old.push({ steps, minimum, maximum, width: FOLD_WIDTH, start: this._rawStart });
    const folded = cells * FOLD_WIDTH;
    this._steps.copyWithin(0, folded, this._count);
    this._raw.copyWithin(0, folded, this._count);
    this._rawStart += folded;
    this._count -= folded;
  }

  /** The buckets that may hold values at the steps `start` to `stop`: those from and to an index. */
  private _buckets(start: number, stop: number): [Old, number, number][] {
    return start > this.rawStep ? [] : this._old.map(one => [one, ...between(one, start, stop)]);
  }

  /** How many of its single values stand before a step. */
  private _before(step: number): number {
    return lowerBound(this._steps, step, this._count);
  }

  /** The index of the first value at a step or after it; among buckets that of a bucket's first. */
  private _index(step: number): number {
    if (step > this.rawStep) {
      return this._rawStart + this._before(step);
    }
    const old = this._old.filter(one => (one.steps[0] as number) < step).at(-1);
    return old ? old.start + old.width * (lowerBound(old.steps, step) - 1) : 0;
  }
}

/** The line through values at these steps, in at most `4 * columns` points. */
export function pointsLine(steps: Float64Array, values: Float32Array, columns: number): Line {
  const { x, y } = decimate(values, 0, columns);
  return { x: x.map(index => steps[index] as number), y };
}

/** The line through buckets: from each the minimum, then the maximum, half a bucket later. */
export function sparseBucketLine(
  { steps, minimum, maximum }: SparseBuckets,
  columns: number,
  from = 0,
  to = steps.length
): Line {
  const { low, high, together, skipped } = merged(
    minimum.subarray(from, to),
    maximum.subarray(from, to),
    from,
    columns
  );
  const x = new Float64Array(2 * low.length);
  const y = new Float32Array(2 * low.length);
  low.forEach((value, i) => {
    const begin = Math.max(from + i * together - skipped, from);
    const step = steps[begin] as number;
    x[2 * i] = step;
    x[2 * i + 1] = (step + (steps[begin + together] ?? step)) / 2;
    y[2 * i] = value;
    y[2 * i + 1] = high[i] as number;
  });
  return { x, y };
}

/** Which of the buckets may hold values at the steps `start` to `stop`. */
function between({ steps }: SparseBuckets, start: number, stop: number): [number, number] {
  const low = Math.max(lowerBound(steps, start) - 1, 0);
  return [low, Math.max(lowerBound(steps, stop), low)];
}
