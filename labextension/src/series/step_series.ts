/**
 * The page's copy of a run's steps: extremes for the old ones, raw values for the rest.
 */

import { bucketLine, decimate, join, share, type Buckets, type Line } from './decimate';
import { FOLD_WIDTH, foldedHalf } from './folded';

export class StepSeries {
  private _old: Buckets[] = [];
  private _raw = new Float32Array(1024);
  private _rawStart = 0;
  private _count = 0;

  /** How many steps there are. */
  get length(): number {
    return this._rawStart + this._count;
  }

  /** The first step that this copy knows anything of. */
  get begin(): number {
    return this._old[0]?.start ?? this._rawStart;
  }

  /** The first step of which it has the value itself; those before are buckets. */
  get rawStart(): number {
    return this._rawStart;
  }

  /** The values of the steps from `start` to `stop`, as far as it has them. Not a copy. */
  raw(start: number, stop: number): Float32Array {
    const from = Math.max(start - this._rawStart, 0);
    const to = Math.max(Math.min(stop - this._rawStart, this._count), from);
    return this._raw.subarray(from, to);
  }

  /** The widest bucket between the steps `start` and `stop`; 0 where all are raw. */
  widest(start: number, stop: number): number {
    return this._old
      .filter(({ start: first, width, minimum }) => {
        return first < stop && first + width * minimum.length > start;
      })
      .reduce((widest, { width }) => Math.max(widest, width), 0);
  }

  /** The newest value, or undefined before the first. */
  get last(): number | undefined {
    return this._count ? this._raw[this._count - 1] : undefined;
  }

  /** Start over from a snapshot. */
  reset(buckets: Buckets, rawStart: number, raw: Float32Array): void {
    this._old = buckets.minimum.length ? [buckets] : [];
    this._rawStart = rawStart;
    this._raw = new Float32Array(Math.max(1024, raw.length));
    this._raw.set(raw);
    this._count = raw.length;
  }

  /**
   * Add the losses of the steps from `start` on.
   *
   * @returns false, changing nothing, when `start` is not where this copy ends: something was lost.
   */
  append(start: number, losses: Float32Array): boolean {
    if (start !== this.length) {
      return false;
    }
    if (this._count + losses.length > this._raw.length) {
      const grown = new Float32Array(Math.max(2 * this._raw.length, this._count + losses.length));
      grown.set(this._raw.subarray(0, this._count));
      this._raw = grown;
    }
    this._raw.set(losses, this._count);
    this._count += losses.length;
    return true;
  }

  /** The line through the steps from `start` to `stop`, for a plot of so many columns. */
  line(start: number, stop: number, columns: number): Line {
    const first = Math.max(start, this._rawStart);
    const values = this.raw(start, stop);
    const part = (steps: number): number => share(columns, steps, stop - start);
    const raw = decimate(values, first, part(values.length));
    const old = this._old.map(buckets => oldBuckets(buckets, start, stop));
    return [...old.map(one => bucketLine(one, part(one.width * one.minimum.length))), raw].reduce(
      join
    );
  }

  /** How many raw values it holds. */
  get held(): number {
    return this._count;
  }

  /** Turn the older half of the raw values into buckets: a page's memory stays bounded. */
  fold(): void {
    const { minimum, maximum } = foldedHalf(this._raw, this._count);
    if (minimum.length === 0) {
      return;
    }
    this._old.push({ start: this._rawStart, width: FOLD_WIDTH, minimum, maximum });
    const folded = minimum.length * FOLD_WIDTH;
    this._raw.copyWithin(0, folded, this._count);
    this._rawStart += folded;
    this._count -= folded;
  }
}

/** The buckets that hold any of the steps from `start` to `stop`. */
function oldBuckets(
  { start: first, width, minimum, maximum }: Buckets,
  start: number,
  stop: number
): Buckets {
  const low = Math.max(Math.floor((start - first) / width), 0);
  const high = Math.max(low, Math.min(Math.ceil((stop - first) / width), minimum.length));
  return {
    start: first + low * width,
    width,
    minimum: minimum.subarray(low, high),
    maximum: maximum.subarray(low, high)
  };
}
