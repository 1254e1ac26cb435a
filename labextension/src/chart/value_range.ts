/**
 * What part of the y axis a chart shows when nobody has zoomed: all values, but none that would
 * flatten all the others.
 */

import { upperBound } from '../series/search';
import type { Ends } from './kind';

/** Above so many times the percentile a value is left out. */
const FAR = 1000;
const PERCENTILE = 0.98;

/** From this ratio of the greatest value to the least on a logarithmic scale is worth a try. */
const WIDE = 100;

/** Of the range, what is left free at both ends. */
const ROOM = 0.05;

export interface ValueRange {
  /** Of a logarithmic axis as powers of ten. */
  ends: Ends;
  /** Above this some values are not shown; null where all are. */
  cut: number | null;
  /** Whether the values ask for a logarithmic scale. */
  wide: boolean;
}

/**
 * @param values of all lines; what is not finite does not count.
 * @param logarithmic whether the axis is.
 * @param everything whether the greatest values are shown, whatever they hide.
 */
export function valueRange(
  values: readonly ArrayLike<number>[],
  logarithmic: boolean,
  everything: boolean
): ValueRange {
  const { least, greatest, leastPositive, positive } = extremes(values);
  if (logarithmic) {
    const ends: Ends =
      leastPositive <= greatest ? padded(Math.log10(leastPositive), Math.log10(greatest)) : [-2, 0];
    return { ends, cut: null, wide: false };
  }
  if (!(least <= greatest)) {
    return { ends: [0, 1], cut: null, wide: false };
  }
  // No value is far above a percentile if it is not far above all values nearest to zero.
  const far = !everything && greatest > 0 && greatest > FAR * least;
  const limit = far ? limitOf(values) : Infinity;
  const cut = greatest > limit;
  const top = cut ? greatestUpTo(values, limit) : greatest;
  return {
    ends: padded(Math.min(least, top), top),
    cut: cut ? top : null,
    wide: positive && top > WIDE * least
  };
}

function padded(low: number, high: number): Ends {
  const room = ROOM * (high - low) || 0.1 * Math.abs(high) || 0.5;
  return [low - room, high + room];
}

function extremes(values: readonly ArrayLike<number>[]): {
  least: number;
  greatest: number;
  leastPositive: number;
  positive: boolean;
} {
  let [least, greatest, leastPositive, positive] = [Infinity, -Infinity, Infinity, true];
  for (const some of values) {
    for (let i = 0; i < some.length; i++) {
      const one = some[i] as number;
      if (one - one !== 0) {
        continue; // NaN or infinite
      }
      least = one < least ? one : least;
      greatest = one > greatest ? one : greatest;
      if (one > 0) {
        leastPositive = one < leastPositive ? one : leastPositive;
      } else {
        positive = false;
      }
    }
  }
  return { least, greatest, leastPositive, positive };
}

/**
 * The greatest value that is not far above the others: the percentile is taken again of what is
 * left, for a run that diverges has more than one value that is too great. It may have many: what
 * is far above half of the values, and above all that the lines begin with, does not count either.
 */
function limitOf(values: readonly ArrayLike<number>[]): number {
  const count = values.reduce((sum, some) => sum + some.length, 0);
  const all = new Float64Array(count);
  let at = 0;
  for (const some of values) {
    for (let i = 0; i < some.length; i++) {
      const one = some[i] as number;
      if (one - one === 0) {
        all[at++] = one;
      }
    }
  }
  const sorted = all.subarray(0, at).sort();
  const begun = Math.max(...values.map(firstOf), sorted[sorted.length >> 1] as number);
  let left = begun > 0 ? upperBound(sorted, FAR * begun) : sorted.length;
  for (;;) {
    const percentile = sorted[Math.floor(PERCENTILE * (left - 1))] as number;
    const limit = FAR * percentile;
    if (!(percentile > 0) || (sorted[left - 1] as number) <= limit) {
      return sorted[left - 1] as number;
    }
    while ((sorted[left - 1] as number) > limit) {
      left -= 1;
    }
  }
}

function firstOf(values: ArrayLike<number>): number {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) {
      return values[i] as number;
    }
  }
  return -Infinity;
}

function greatestUpTo(values: readonly ArrayLike<number>[], limit: number): number {
  let found = -Infinity;
  for (const some of values) {
    for (let i = 0; i < some.length; i++) {
      const one = some[i] as number;
      found = one <= limit && one > found ? one : found;
    }
  }
  return found;
}
