/**
 * The values of a series over the whole run as a chart spec.
 */

import { formatCount, formatLoss } from '../../format';
import { trans } from '../../i18n/translation';
import type { Line } from '../../series/decimate';
import type { Steps } from '../../store/resolution';
import { LEARNING_RATE, type RunData } from '../../store/run_data';
import type { Runs } from '../../store/run_store';
import { seriesLines, type SeriesLines } from '../../store/series_lines';
import { roomy } from '../axis_ticks';
import { checkpointTicks, eventMarks, type Shown } from '../event_marks';
import type { ChartView } from '../kind';
import { runColour } from '../palette';
import type { ChartLine, ChartSpec } from '../chart_spec';
import { pointDetails } from '../point_details';
import { RunAxis } from '../run_axis';
import { allHidden, seenRuns } from '../seen_runs';
import { XAxis, type Axis } from '../time_unit';
import { EarlierLines } from './earlier_lines';

/** On fewer epochs than this an axis of epochs needs ticks between them. */
const FEW_EPOCHS = 5;

/** So many runs are drawn behind the one in front, the newest ones: each costs a question. */
const MOST_BEHIND = 6;

/** A series that is drawn. */
export interface DrawnSeries {
  name: string;
  /** In words, within a sentence. */
  phrase: string;
}

/** A run with what is drawn of it. */
interface DrawnRun {
  run: RunData;
  values: SeriesLines;
  axis: RunAxis;
}

/** What to draw of this series. */
export function seriesSpec(series: DrawnSeries, runs: Runs, view: ChartView): ChartSpec {
  const [front, ...others] = seenRuns(runs, view);
  const nothing = (summary: string): ChartSpec => ({ lines: [], points: 0, unit: 'step', summary });
  if (!front) {
    return nothing(allHidden(runs) ?? view.empty);
  }
  const behind = others
    .filter(one => one.state.series.some(({ name }) => name === series.name))
    .slice(-MOST_BEHIND)
    .reverse();
  const all = [front, ...behind];
  const seconds = Math.max(...all.map(run => secondsOf(run)));
  const x = new XAxis(view.options['axis'] as Axis, seconds, view.unit);
  const drawn = all.map(run => ({
    run,
    values:
      run === runs.followed
        ? seriesLines(run, series.name, runs.ranges)
        : new EarlierLines(run, series.name, runs.ranges),
    axis: new RunAxis(run, x)
  }));
  if (drawn.every(({ values }) => values.length === 0)) {
    return nothing(trans.__('No values yet.'));
  }
  return new SeriesSpec(series, drawn, view).draw();
}

/** All steps of a run that may have a value of this series. */
export function wholeRun(run: RunData, name: string): Steps {
  return { start: 0, stop: run.isSparse(name) ? run.progress.step + 1 : run.series(name).length };
}

function secondsOf({ times, progress }: RunData): number {
  return times.length > 0 ? times.at(progress.step) : progress.seconds;
}

class SeriesSpec {
  private readonly _front: DrawnRun;

  /** @param _all the runs, the one in front first. */
  constructor(
    private readonly _series: DrawnSeries,
    private readonly _all: readonly DrawnRun[],
    private readonly _view: ChartView
  ) {
    this._front = _all[0] as DrawnRun;
  }

  draw(): ChartSpec {
    const { run, values, axis } = this._front;
    const { x, place } = axis;
    // The same for all series of a run, so that a step stands below itself.
    const last = this._all.map(one => one.axis.place(one.run.progress.step, false));
    const whole = roomy(0, Math.max(...last));
    const [from, to] = this._view.zoom ?? whole;
    const shown: Shown = { start: 0, stop: Infinity, from, to, columns: this._view.columns };
    return {
      lines: this._all.flatMap(one => this._lines(one)),
      points: values.length,
      drawn: true,
      marks: eventMarks(run.state, shown, place),
      ticks: checkpointTicks(run.state, shown, place),
      unit: x.unit,
      continuous: x.axis === 'time' || (x.axis === 'epoch' && to - from < FEW_EPOCHS),
      ...(Number.isFinite(whole[1]) ? { range: whole } : {}),
      scene: `${run.id} ${x.unit}`,
      key: this._smoothing > 0 ? [trans.__('faint behind: not smoothed')] : [],
      steering: { stepAt: at => axis.stepAt(at), placeOf: step => place(step, false) },
      summary: this._summary(values.length)
    };
  }

  private get _smoothing(): number {
    return Number(this._view.options['smoothing']);
  }

  private _summary(count: number): string {
    const { name, phrase } = this._series;
    const { run } = this._front;
    const last = run.isSparse(name) ? run.sparse(name).last : run.series(name).last;
    const known = last !== undefined && !Number.isNaN(last);
    const said = [
      trans._n('%2 value of %3', '%2 values of %3', count, formatCount(count), phrase),
      ...(known ? [trans.__('the last %1', formatLoss(last))] : [])
    ];
    return `${said.join(', ')}.`;
  }

  private _lines(one: DrawnRun): ChartLine[] {
    const { run, values, axis } = one;
    const { columns, zoom, theme } = this._view;
    const { state } = run;
    const inFront = one === this._front;
    const weight = this._smoothing;
    const colour = runColour(state.colour, theme.dark);
    const end = this._all.length > 1 ? state.name : undefined;
    const whole =
      values instanceof EarlierLines
        ? { start: 0, stop: values.length }
        : wholeRun(run, this._series.name);
    const seen = axis.seen(whole, zoom);
    const own = { name: state.name, colour, behind: !inFront, ...(end ? { end } : {}) };
    const raw = { ...this._placed(one, values.line(seen, columns)), ...own };
    if (!(weight > 0)) {
      return [raw];
    }
    const smoothed = this._placed(one, values.smoothed(whole.start, seen, columns, weight));
    const smooth = {
      ...smoothed,
      ...own,
      name: end ? trans.__('%1, smoothed', state.name) : trans.__('smoothed')
    };
    // Of several runs at once the values themselves would hide the curves.
    return inFront ? [{ ...raw, faint: true }, smooth] : [smooth];
  }

  /** A line over the index of steps as one over the axis, and what is said of its points. */
  private _placed({ run, axis }: DrawnRun, { x, y }: Line): Pick<ChartLine, 'x' | 'y' | 'details'> {
    const { learningRates } = run;
    const rated = this._series.name !== LEARNING_RATE && Number.isFinite(learningRates.at(0, true));
    return {
      x: x.map(step => axis.place(step + 1, false)),
      y,
      details: pointDetails(this._series.phrase, axis.x, rated, i => {
        const step = Math.floor(x[i] as number);
        return [axis.epochOf(step), step + 1, learningRates.at(step, true)];
      })
    };
  }
}
