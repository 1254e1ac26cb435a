/**
 * The names of lines at their ends: in their colour, never over one another.
 */

import type { Ends, LineEnd } from './kind';
import type { ChartLine } from './chart_spec';
import type { PlotArea } from './plot_area';

/** Pixels: a line of text, the gap before it, and about the width of a letter. */
const LINE = 15;
const GAP = 8;
const LETTER = 6.8;

/** More names than this would cover the lines; the chips above the charts have them all. */
const MOST_NAMES = 6;

/** A name is moved up or down by so many lines at most; what then has no room is dropped. */
const MOST_MOVES = 5;

/**
 * @param lines those that are drawn; the first ones keep their names where there is little room.
 * @param area of the plot.
 * @param x the ends of the x axis.
 * @param y the ends of the y axis, of a logarithmic one as powers of ten.
 */
export function lineEnds(
  lines: readonly ChartLine[],
  area: PlotArea,
  x: Ends,
  y: Ends,
  logarithmic: boolean
): LineEnd[] {
  const placed: LineEnd[] = [];
  for (const line of lines) {
    const last = line.end === undefined ? undefined : lastSeen(line, x);
    if (last === undefined || line.end === undefined || placed.length >= MOST_NAMES) {
      continue;
    }
    const value = line.y[last] as number;
    const share = ((logarithmic ? Math.log10(value) : value) - y[0]) / (y[1] - y[0]);
    if (!(share >= 0 && share <= 1)) {
      continue; // beyond what is seen
    }
    const at = (((line.x[last] as number) - x[0]) / (x[1] - x[0])) * area.width;
    const end = {
      text: fitted(line.end, area.width + area.right - at - GAP),
      colour: line.colour,
      x: at,
      y: (1 - share) * area.height,
      textX: at + GAP
    };
    const height = free(end, placed, area.height);
    if (height !== undefined) {
      placed.push({ ...end, textY: height });
    }
  }
  return placed;
}

/** The last point that is seen and has a value. */
function lastSeen({ x, y }: ChartLine, [from, to]: Ends): number | undefined {
  for (let i = x.length - 1; i >= 0 && (x[i] as number) >= from; i--) {
    if ((x[i] as number) <= to && Number.isFinite(y[i])) {
      return i;
    }
  }
  return undefined;
}

function fitted(text: string, room: number): string {
  const most = Math.max(Math.floor(room / LETTER), 3);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** The height nearest to its end at which this name covers no other; undefined for none. */
function free(
  { text, textX, y }: Omit<LineEnd, 'textY'>,
  placed: readonly LineEnd[],
  height: number
): number | undefined {
  const beside = placed.filter(
    one =>
      one.textX < textX + text.length * LETTER + GAP &&
      textX < one.textX + one.text.length * LETTER + GAP
  );
  const nearest = beside.reduce(
    (found, one) => (Math.abs(one.y - y) < Math.abs(found - y) ? one.y : found),
    Infinity
  );
  const first = y < nearest ? -1 : 1;
  const middle = Math.min(Math.max(y, LINE / 2), height - LINE / 2);
  const tries = [middle];
  for (const sign of [first, -first]) {
    for (const one of beside) {
      tries.push(one.textY + sign * LINE);
    }
  }
  return tries
    .filter(
      at =>
        at >= LINE / 2 &&
        at <= height - LINE / 2 &&
        Math.abs(at - middle) <= MOST_MOVES * LINE &&
        beside.every(one => Math.abs(one.textY - at) >= LINE - 0.01)
    )
    .reduce<number | undefined>(
      (best, at) =>
        best === undefined || Math.abs(at - middle) < Math.abs(best - middle) ? at : best,
      undefined
    );
}
