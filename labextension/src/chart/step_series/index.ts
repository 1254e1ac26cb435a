/**
 * *Gradient norm*, *Memory* and the like: a named series over all steps of a run.
 */

import { trans } from '../../i18n/translation';
import type { SeriesState } from '../../messages';
import { GRADIENT_NORM, LEARNING_RATE } from '../../store/run_data';
import type { ChartFamily, ChartKind } from '../kind';
import { lineFigure } from '../line_figure';
import { quantity } from '../quantity';
import { RunAxis } from '../run_axis';
import { epochMetricNames } from '../run_metrics';
import { stepTable } from '../step_table';
import { axisControl, smoothingControl, XAxis } from '../time_unit';
import { seriesSpec, wholeRun } from './spec';

/** The heading under which these series are offered. */
function groupOf(kind: SeriesState['kind']): string {
  switch (kind) {
    case 'step':
      return trans.__('Each step');
    case 'logged':
      return trans.__('Logged');
    case 'resource':
      return trans.__('Resources');
  }
}

/**
 * The chart of this series.
 *
 * @param isMetric whether the epochs have a mean of it, whose chart has its name already.
 */
export function seriesChart({ name, unit }: SeriesState, isMetric = false): ChartKind {
  const { title, phrase } = quantity(name, unit);
  return {
    id: `series:${name}`,
    title: isMetric ? trans.__('%1, each step', title) : title,
    needs: ['run', 'epochs', `series:${name}`],
    bundle: 'cartesian',
    controls: [
      axisControl(['step', 'epoch', 'time']),
      smoothingControl(trans.__('The weight of the values before'))
    ],
    figure: (runs, view) => lineFigure(seriesSpec({ name, phrase }, runs, view), view),
    table: runs => {
      const run = runs.followed;
      const axis = run && new RunAxis(run, new XAxis('step', 0, null));
      return stepTable(runs, {
        name,
        steps: run ? wholeRun(run, name) : undefined,
        epochOf: step => axis?.epochOf(step) ?? 1
      });
    }
  };
}

/** What is shown without asking: the first of these that a run has. */
const SUGGESTED = [GRADIENT_NORM, LEARNING_RATE];

/** A chart for each series of a run. */
export const stepSeries: ChartFamily = {
  charts: run => {
    const metrics = epochMetricNames(run);
    const { series } = run.state;
    const suggested = SUGGESTED.find(name => series.some(one => one.name === name));
    return series.map(one => ({
      group: groupOf(one.kind),
      suggested: one.name === suggested,
      kind: seriesChart(one, one.kind === 'step' && metrics.includes(one.name))
    }));
  }
};
