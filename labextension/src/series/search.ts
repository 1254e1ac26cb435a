/** Where a number stands among sorted ones. */

/** The first index whose number is not less than `x`; of the first `count` numbers. */
export function lowerBound(sorted: ArrayLike<number>, x: number, count = sorted.length): number {
  return search(sorted, count, one => one < x);
}

/** The first index whose number is greater than `x`. */
export function upperBound(sorted: ArrayLike<number>, x: number): number {
  return search(sorted, sorted.length, one => one <= x);
}

function search(
  sorted: ArrayLike<number>,
  count: number,
  before: (one: number) => boolean
): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(sorted[middle] as number)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
