/**
 * *Accuracy* and the like: a metric of each epoch, of this run and of those before it.
 */

import { trans } from '../../i18n/translation';
import type { ChartFamily, ChartKind } from '../kind';
import { lineFigure } from '../line_figure';
import { quantity } from '../quantity';
import { isLoss, metricsBesideLoss } from '../run_metrics';
import { axisControl } from '../time_unit';
import { epochSpec, namesOf } from './spec';
import { epochTable } from './table';

/** What the chart of a metric has of its own. */
interface Heading {
  id: string;
  /** The chart's title in the language of the page, which is known when a chart is made. */
  title: () => string;
  /** The metric's name. */
  name: string;
  /** Whether its table has every metric that there is. */
  wide?: boolean;
}

/** The chart of this metric. */
export function epochChart({ id, title, name, wide = false }: Heading): ChartKind {
  return {
    id,
    get title() {
      return title();
    },
    needs: ['run', 'epochs', 'earlier'],
    bundle: 'cartesian',
    get controls() {
      return [axisControl(['epoch', 'step', 'time'])];
    },
    figure: (runs, view) =>
      lineFigure(epochSpec({ name, phrase: quantity(name).phrase }, runs, view), view),
    table: runs => Promise.resolve(epochTable(runs, wide ? undefined : namesOf({ name })))
  };
}

/** A chart for each metric of a run but its loss, which has one of its own. */
export const epochMetrics: ChartFamily = {
  charts: run =>
    metricsBesideLoss(run).map(name => ({
      group: trans.__('Each epoch'),
      suggested: !isLoss(name),
      kind: epochChart({ id: `metric:${name}`, title: () => quantity(name).title, name })
    }))
};
