/**
 * Where an axis of whole numbers, such as epochs, has its labels.
 *
 * Plotly labels halves where there is room, which round to doubles ("1, 1, 2, 2"). A fixed distance
 * of 1 cures that and is a trap: on an axis that is 6,000 long, or becomes so by a double click, it
 * draws 6,000 labels and blocks the page for seconds. So short axes get a list of labels, which
 * cannot grow, and long ones are left to Plotly.
 */

/** From this length on Plotly's own distance between labels is at least 1. */
const LONG = 50;

/** Between two labels, in pixels. */
const PIXELS = 40;

/**
 * The whole numbers to label, or undefined where Plotly chooses well by itself.
 *
 * @param from the axis' least number.
 * @param to its greatest.
 * @param columns its length in pixels.
 */
export function wholeTicks(from: number, to: number, columns: number): number[] | undefined {
  if (!(to - from < LONG)) {
    return undefined;
  }
  const least = ((to - from) * PIXELS) / Math.max(columns, 1);
  const step = [1, 2, 5, 10, 20].find(one => one >= least) ?? LONG;
  const first = Math.max(0, Math.ceil(from / step));
  const count = Math.max(0, Math.floor(to / step) - first + 1);
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}

/**
 * The ends of an axis whose least and greatest numbers are these: a little room on both sides, none
 * of it where nothing can be.
 */
export function roomy(from: number, to: number): [number, number] {
  const room = to > from ? 0.02 * (to - from) : 0.5;
  return [from >= 0 ? Math.max(0, from - room) : from - room, to + room];
}
