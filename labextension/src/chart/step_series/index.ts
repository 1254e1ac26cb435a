/**
 * *Gradient norm*, *Memory* and the like: a named series over all steps of a run.
 */

import type { SeriesState } from '../../messages';
import { KEY } from '../event_marks';
import type { ChartFamily, ChartKind } from '../kind';
import { lineFigure } from '../line_figure';
import { quantity } from '../quantity';
import { RunAxis } from '../run_axis';
import { epochMetricNames } from '../run_metrics';
import { stepTable } from '../step_table';
import { axisControl, smoothingControl, XAxis } from '../time_unit';
import { seriesPicture, wholeRun } from './picture';

const GROUPS: Record<SeriesState['kind'], string> = {
  step: 'Each step',
  logged: 'Logged',
  resource: 'Resources'
};

/**
 * The chart of this series.
 *
 * @param isMetric whether the epochs have a mean of it, whose chart has its name already.
 */
export function seriesChart({ name, unit }: SeriesState, isMetric = false): ChartKind {
  const { title, phrase, measure } = quantity(name, unit);
  return {
    id: `series:${name}`,
    title: isMetric ? `${title}, each step` : title,
    needs: ['run', 'epochs', `series:${name}`],
    bundle: 'cartesian',
    controls: [
      axisControl(['step', 'epoch', 'time']),
      smoothingControl('The weight of the values before')
    ],
    key: KEY,
    spec: (runs, view) => lineFigure(seriesPicture({ name, phrase, measure }, runs, view), view),
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

/** A chart for each series of a run. */
export const stepSeries: ChartFamily = {
  charts: run => {
    const metrics = epochMetricNames(run);
    return run.state.series.map(series => ({
      group: GROUPS[series.kind],
      suggested: false,
      kind: seriesChart(series, series.kind === 'step' && metrics.includes(series.name))
    }));
  }
};
