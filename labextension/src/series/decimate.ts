/**
 * Many points to few: what a plot of so many pixels can show, with every spike kept.
 *
 * Each column of pixels shows the least and the greatest of its values, in the order in which they
 * came. Not a mean, not a sample: a loss that jumps for one step is what people look for.
 */

/** A line: values over indices, both of the same length. NaN and infinities are gaps. */
export interface Line {
  x: Float64Array;
  y: Float32Array;
}

/** Buckets of steps: bucket i covers `start + i * width` to `start + (i + 1) * width`. */
export interface Buckets {
  start: number;
  width: number;
  minimum: Float32Array;
  maximum: Float32Array;
}

/**
 * The line through raw values, in at most `4 * columns` points.
 *
 * @param values the values of the steps `first`, `first + 1`, ...
 * @param first the index of the first value.
 * @param columns how many columns of pixels there are.
 */
export function decimate(values: Float32Array, first: number, columns: number): Line {
  const count = values.length;
  if (count <= 4 * columns) {
    const x = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      x[i] = first + i;
    }
    return { x, y: values.slice() };
  }
  // Bounds at multiples of a power of two of the absolute index: they stay when values arrive,
  // so the curve keeps its shape from one refresh to the next.
  let width = 2;
  while (count / width > columns) {
    width *= 2;
  }
  const last = first + count;
  const cells = Math.ceil(last / width) - Math.floor(first / width);
  const x = new Float64Array(4 * cells);
  const y = new Float32Array(4 * cells);
  let used = 0;
  for (let cell = Math.floor(first / width) * width; cell < last; cell += width) {
    const from = Math.max(cell, first) - first;
    const to = Math.min(cell + width, last) - first;
    used = extremes(values, from, to, first, x, y, used);
  }
  return { x: x.subarray(0, used), y: y.subarray(0, used) };
}

/** Write the least and greatest of `values[from..to)`, and one gap where there is one. */
function extremes(
  values: Float32Array,
  from: number,
  to: number,
  first: number,
  x: Float64Array,
  y: Float32Array,
  used: number
): number {
  let low = -1;
  let high = -1;
  let gap = -1;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) {
      gap = i;
      continue;
    }
    if (low < 0 || value < (values[low] as number)) {
      low = i;
    }
    if (high < 0 || value > (values[high] as number)) {
      high = i;
    }
  }
  const kept = [...new Set([low, high, gap])].filter(i => i >= 0).sort((a, b) => a - b);
  for (const i of kept) {
    x[used] = first + i;
    y[used] = i === gap ? NaN : (values[i] as number);
    used++;
  }
  return used;
}

/**
 * The line through buckets: from each the minimum, then the maximum, half a bucket apart. Of
 * more than two for each column of pixels some are drawn as one, with bounds that stay, too.
 */
export function bucketLine({ start, width, minimum, maximum }: Buckets, columns = Infinity): Line {
  const first = Math.floor(start / width);
  const { low, high, together, skipped } = merged(minimum, maximum, first, columns);
  const wide = together * width;
  const x = new Float64Array(2 * low.length);
  const y = new Float32Array(2 * low.length);
  low.forEach((value, i) => {
    const begin = Math.max(start + i * wide - skipped * width, start);
    x[2 * i] = begin;
    x[2 * i + 1] = Math.max(begin, start + i * wide - skipped * width + wide / 2);
    y[2 * i] = value;
    y[2 * i + 1] = high[i] as number;
  });
  return { x, y };
}

/** Buckets of which some are put together. */
interface Merged {
  low: Float32Array;
  high: Float32Array;
  /** So many are one now. */
  together: number;
  /** So many of the first one's are not there. */
  skipped: number;
}

/** At most about two buckets a column for these extremes; the first of them has the index `first`. */
export function merged(
  minimum: Float32Array,
  maximum: Float32Array,
  first: number,
  columns: number
): Merged {
  let together = 1;
  while (minimum.length / together > 2 * columns) {
    together *= 2;
  }
  const skipped = first % together;
  if (together === 1) {
    return { low: minimum, high: maximum, together, skipped: 0 };
  }
  const count = Math.ceil((minimum.length + skipped) / together);
  const [low, high] = [new Float32Array(count).fill(NaN), new Float32Array(count).fill(NaN)];
  for (let i = 0; i < minimum.length; i++) {
    const cell = Math.floor((i + skipped) / together);
    // What is no number never takes the place of one.
    if (!((minimum[i] as number) >= (low[cell] as number)) && !Number.isNaN(minimum[i])) {
      low[cell] = minimum[i] as number;
    }
    if (!((maximum[i] as number) <= (high[cell] as number)) && !Number.isNaN(maximum[i])) {
      high[cell] = maximum[i] as number;
    }
  }
  return { low, high, together, skipped };
}

/** Of columns for a whole range those for a part of it. */
export function share(columns: number, part: number, whole: number): number {
  return whole > 0 ? Math.max(1, Math.ceil((columns * part) / whole)) : columns;
}

/** One line after the other. */
export function join(a: Line, b: Line): Line {
  const x = new Float64Array(a.x.length + b.x.length);
  const y = new Float32Array(a.y.length + b.y.length);
  x.set(a.x);
  x.set(b.x, a.x.length);
  y.set(a.y);
  y.set(b.y, a.y.length);
  return { x, y };
}
