/**
 * The older half of values as the extremes of buckets: what a page gives up to stay within bounds.
 */

/** Values in a bucket. */
export const FOLD_WIDTH = 1024;

/** Of as many buckets as make about half of the first `count` values: none where there are few. */
export function foldedHalf(
  values: Float32Array,
  count: number
): { minimum: Float32Array; maximum: Float32Array } {
  const cells = Math.floor(count / 2 / FOLD_WIDTH);
  const minimum = new Float32Array(cells);
  const maximum = new Float32Array(cells);
  for (let cell = 0; cell < cells; cell++) {
    let low = Infinity;
    let high = -Infinity;
    for (let i = cell * FOLD_WIDTH; i < (cell + 1) * FOLD_WIDTH; i++) {
      const value = values[i] as number;
      if (Number.isFinite(value)) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    minimum[cell] = low <= high ? low : NaN;
    maximum[cell] = low <= high ? high : NaN;
  }
  return { minimum, maximum };
}
