/**
 * The values of a chart at one place, in words.
 */

import { formatLoss, formatValue } from '../format';
import { trans } from '../i18n/translation';
import { lowerBound } from '../series/search';
import type { Figure, Readable } from './kind';
import { placeText } from './time_unit';

/** Nobody reads, or listens to, more. */
const MOST_VALUES = 5;

/** Of a sorted list the index of the number nearest to this one; -1 where there is none. */
export function nearest(x: ArrayLike<number>, at: number): number {
  const right = lowerBound(x, at);
  const left = right - 1;
  if (right >= x.length) {
    return left;
  }
  return left >= 0 && at - (x[left] as number) <= (x[right] as number) - at ? left : right;
}

/** Such as "epoch 3: training 0.2101, validation 0.2302"; "" where there is nothing. */
export function readout({ readable, unit }: Pick<Figure, 'readable' | 'unit'>, at: number): string {
  const said = readable.flatMap(line => value(line, at));
  const first = said[0];
  if (!first) {
    return '';
  }
  const more = said.length - MOST_VALUES;
  const values = said.slice(0, MOST_VALUES).map(({ words }) => words);
  const rest = more > 0 ? [trans.__('%1 more', formatValue(more))] : [];
  return `${placeText(unit, formatValue(first.x, 4))}: ${[...values, ...rest].join(', ')}`;
}

function value({ name, x, y }: Readable, at: number): { x: number; words: string }[] {
  const index = nearest(x, at);
  const found = y[index];
  const [first = NaN, last = NaN] = [x[0], x[x.length - 1]];
  // Beyond its ends a line has no value.
  const reach = x.length > 1 ? (0.5 * (last - first)) / (x.length - 1) : 0.5;
  if (found === undefined || !(at >= first - reach && at <= last + reach)) {
    return [];
  }
  return [{ x: x[index] as number, words: `${name} ${formatLoss(found)}` }];
}
