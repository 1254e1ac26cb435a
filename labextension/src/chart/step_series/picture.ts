/**
 * The values of a series over the whole run as a picture.
 */

import { formatCount, formatLoss } from '../../format';
import type { Line } from '../../series/decimate';
import type { Steps } from '../../store/resolution';
import type { RunData } from '../../store/run_data';
import type { Runs } from '../../store/run_store';
import { seriesLines, type SeriesLines } from '../../store/series_lines';
import { roomy } from '../axis_ticks';
import { checkpointTicks, eventMarks, type Shown } from '../event_marks';
import type { ChartView } from '../kind';
import { runColour } from '../palette';
import type { ChartLine, Picture } from '../picture';
import { pointDetails } from '../point_details';
import { RunAxis } from '../run_axis';
import { XAxis, type Axis } from '../time_unit';

/** On fewer epochs than this an axis of epochs needs ticks between them. */
const FEW_EPOCHS = 5;

/** A series that is drawn. */
export interface DrawnSeries {
  name: string;
  /** In words, within a sentence. */
  phrase: string;
  /** The title of the y axis. */
  measure: string;
}

/** What to draw of this series. */
export function seriesPicture(series: DrawnSeries, runs: Runs, view: ChartView): Picture {
  const { followed: run, ranges } = runs;
  const nothing = (summary: string): Picture => ({
    lines: [],
    points: 0,
    unit: 'step',
    quantity: series.measure,
    summary
  });
  if (!run) {
    return nothing(view.empty);
  }
  const values = seriesLines(run, series.name, ranges);
  if (values.length === 0) {
    return nothing('No values yet.');
  }
  return new SeriesPicture(series, run, values, view).draw();
}

/** All steps of a run that may have a value of this series. */
export function wholeRun(run: RunData, name: string): Steps {
  return { start: 0, stop: run.isSparse(name) ? run.progress.step + 1 : run.series(name).length };
}

class SeriesPicture {
  private readonly _axis: RunAxis;

  constructor(
    private readonly _series: DrawnSeries,
    private readonly _run: RunData,
    private readonly _values: SeriesLines,
    private readonly _view: ChartView
  ) {
    const seconds = _run.times.at(_run.progress.step);
    const x = new XAxis(_view.options['axis'] as Axis, seconds, _view.unit);
    this._axis = new RunAxis(_run, x);
  }

  draw(): Picture {
    const { state } = this._run;
    const { x, place } = this._axis;
    const lines = this._lines();
    // The same for all series of a run, so that a step stands below itself.
    const whole = roomy(0, place(this._run.progress.step, false));
    const [from, to] = this._view.zoom ?? whole;
    const shown: Shown = { start: 0, stop: Infinity, from, to, columns: this._view.columns };
    return {
      lines,
      points: this._values.length,
      marks: eventMarks(state, shown, place),
      ticks: checkpointTicks(state, shown, place),
      unit: x.title,
      quantity: this._series.measure,
      continuous: x.axis === 'time' || (x.axis === 'epoch' && to - from < FEW_EPOCHS),
      ...(Number.isFinite(whole[1]) ? { range: whole } : {}),
      scene: `${state.id} ${x.title}`,
      summary: `${formatCount(this._values.length)} values of ${this._series.phrase}${this._last()}.`
    };
  }

  private _last(): string {
    const { name } = this._series;
    const run = this._run;
    const last = run.isSparse(name) ? run.sparse(name).last : run.series(name).last;
    return last === undefined || Number.isNaN(last) ? '' : `, the last ${formatLoss(last)}`;
  }

  private _lines(): ChartLine[] {
    const { state } = this._run;
    const { columns, zoom, options } = this._view;
    const weight = Number(options['smoothing']);
    const colour = runColour(state.colour);
    const whole = wholeRun(this._run, this._series.name);
    const seen = this._axis.seen(whole, zoom);
    const lines: ChartLine[] = [
      {
        ...this._placed(this._values.line(seen, columns)),
        name: state.name,
        colour,
        faint: weight > 0
      }
    ];
    if (weight > 0) {
      const smoothed = this._values.smoothed(whole.start, seen, columns, weight);
      lines.push({ ...this._placed(smoothed), name: 'smoothed', colour });
    }
    return lines;
  }

  /** A line over the index of steps as one over the axis, and what is said of its points. */
  private _placed({ x, y }: Line): Pick<ChartLine, 'x' | 'y' | 'details'> {
    const { learningRates } = this._run;
    const { place } = this._axis;
    const rated =
      this._series.name !== 'learning_rate' && Number.isFinite(learningRates.at(0, true));
    return {
      x: x.map(step => place(step + 1, false)),
      y,
      details: pointDetails(this._series.phrase, this._axis.x, rated, i => {
        const step = Math.floor(x[i] as number);
        return [this._axis.epochOf(step), step + 1, learningRates.at(step, true)];
      })
    };
  }
}
