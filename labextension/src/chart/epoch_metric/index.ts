/**
 * *Accuracy* and the like: a metric of each epoch, of this run and of those before it.
 */

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
  title: string;
  /** The metric's name. */
  name: string;
  /** Whether its table has every metric that there is. */
  wide?: boolean;
}

/** The chart of this metric. */
export function epochChart({ id, title, name, wide = false }: Heading): ChartKind {
  const metric = { name, phrase: quantity(name).phrase };
  return {
    id,
    title,
    needs: ['run', 'epochs', 'earlier'],
    bundle: 'cartesian',
    controls: [axisControl(['epoch', 'step', 'time'])],
    figure: (runs, view) => lineFigure(epochSpec(metric, runs, view), view),
    table: runs => Promise.resolve(epochTable(runs, wide ? undefined : namesOf(metric)))
  };
}

/** A chart for each metric of a run but its loss, which has one of its own. */
export const epochMetrics: ChartFamily = {
  charts: run =>
    metricsBesideLoss(run).map(name => ({
      group: 'Each epoch',
      suggested: !isLoss(name),
      kind: epochChart({ id: `metric:${name}`, title: quantity(name).title, name })
    }))
};
