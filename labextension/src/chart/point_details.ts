/**
 * What is said of a point when a pointer is on it.
 */

import { trans } from '../i18n/translation';
import type { ChartLine } from './chart_spec';
import type { XAxis } from './time_unit';
import { templateText } from './traces';

/** Where a point belongs: its epoch, its step counted from 1, and the learning rate there. */
export type PointPlace = [epoch: number, step: number, rate: number | string];

/**
 * @param phrase what its value is.
 * @param x the axis.
 * @param rated whether the learning rate is known, and another number than the value.
 * @param of tells where the point `i` belongs.
 */
export function pointDetails(
  phrase: string,
  x: XAxis,
  rated: boolean,
  of: (i: number) => PointPlace
): NonNullable<ChartLine['details']> {
  return {
    template:
      `${templateText(phrase)} %{y:.4~g}<br>` +
      trans.__('epoch %1, step %2', '%{customdata[0]:,d}', '%{customdata[1]:,d}') +
      (rated ? `<br>${trans.__('learning rate %1', '%{customdata[2]:.4~g}')}` : '') +
      (x.axis === 'time' ? `<br>${x.hover}` : ''),
    of
  };
}
