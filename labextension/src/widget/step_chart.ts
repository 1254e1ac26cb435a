/**
 * "Loss during one epoch": every step of one epoch, with the epoch before it faint behind.
 */

import type { Line } from '../chart/decimate';
import { LineChart, type ChartLine, type Picture, type View } from '../chart/line_chart';
import { runColour } from '../chart/palette';
import type { Progress, RunState } from '../messages';
import { EpochSteps, type Steps } from './epoch_steps';
import { checkpointTicks, eventMarks, KEY, type Place, type Shown } from './event_marks';
import { formatCount, formatLoss } from './format';
import { labelled } from './labelled';
import type { RunFeed } from './run_feed';
import { XAxis } from './x_axis';

export class StepChart {
  readonly chart: LineChart;
  private _epoch = document.createElement('input');
  private _smoothing = document.createElement('input');
  private _x = new XAxis(['step', 'time'], () => {
    this.chart.update();
  });
  private _steps: EpochSteps;

  /**
   * @param _feed the run.
   * @param _empty what to say before there is one.
   */
  constructor(
    private readonly _feed: RunFeed,
    private readonly _empty: string
  ) {
    this._steps = new EpochSteps(_feed);
    this._epoch.type = 'number';
    this._epoch.min = '1';
    this._epoch.placeholder = 'latest';
    this._epoch.title = 'The epoch to show; empty for the latest';
    this._smoothing.type = 'range';
    this._smoothing.min = '0';
    this._smoothing.max = '0.99';
    this._smoothing.step = '0.01';
    this._smoothing.value = '0';
    const value = document.createElement('output');
    value.textContent = '0';
    this.chart = new LineChart({
      title: 'Loss during one epoch',
      unit: () => this._x.title,
      picture: (columns, view) => this._picture(columns, view),
      controls: [labelled('Epoch', this._epoch)],
      options: [this._x.element, labelled('Smoothing', this._smoothing, value)],
      key: KEY,
      table: () => this._table()
    });
    for (const input of [this._epoch, this._smoothing]) {
      input.addEventListener('input', () => {
        value.textContent = this._smoothing.value;
        this.chart.update();
      });
    }
  }

  private _picture(columns: number, view: View): Picture {
    const { run, progress, series } = this._feed;
    if (!run || !progress || progress.step === 0) {
      return { lines: [], points: 0, summary: run ? 'Waiting for the first step...' : this._empty };
    }
    const latest = this._latest(progress);
    this._epoch.max = String(latest);
    const epoch = this._chosen(latest);
    const steps = this._steps.of(epoch);
    if (!steps || steps.stop <= steps.start) {
      const known = epoch <= latest;
      return {
        lines: [],
        points: 0,
        summary: known ? 'Waiting for the first step...' : `Epoch ${epoch} has not begun yet.`
      };
    }
    const before = this._steps.of(epoch - 1);
    const seconds = Math.max(...[steps, before ?? steps].map(one => this._seconds(one)));
    this._x.unit(seconds, view !== null);
    const last = epoch === latest ? `, last loss ${formatLoss(series.last)}` : '';
    const count = steps.stop - steps.start;
    const whole = this._range(run, steps);
    const [from, to] = view ?? whole;
    const shown: Shown = { ...steps, from, to, columns };
    const place = this._placeMark(steps);
    return {
      lines: this._lines(run, epoch, steps, before, columns, view),
      points: count,
      marks: eventMarks(run, shown, place),
      ticks: checkpointTicks(run, shown, place),
      continuous: this._x.axis === 'time',
      // The axis stands still while the epoch's points arrive.
      ...(this._x.axis === 'step' && run.steps_per_epoch && run.steps_per_epoch > 1
        ? { range: whole }
        : {}),
      view: `${run.id} ${epoch === latest ? 'latest' : String(epoch)} ${this._x.title}`,
      summary: `${formatCount(count)} steps of epoch ${epoch}${last}.`
    };
  }

  private _lines(
    run: RunState,
    epoch: number,
    steps: Steps,
    before: Steps | undefined,
    columns: number,
    view: View
  ): ChartLine[] {
    const colour = runColour(run.colour);
    const weight = Number(this._smoothing.value);
    const name = before || weight > 0 ? `epoch ${epoch}` : 'training';
    const part = this._seen(steps, view);
    const lines: ChartLine[] = [
      {
        ...this._placed(this._steps.line(part, columns), epoch, steps),
        name,
        colour,
        faint: weight > 0
      }
    ];
    if (before) {
      lines.push({
        ...this._placed(this._steps.line(this._seen(before, view), columns), epoch - 1, before),
        name: `epoch ${epoch - 1}`,
        colour,
        faint: true,
        behind: true
      });
    }
    if (weight > 0) {
      const smoothed = this._steps.smoothed(steps, part, columns, weight);
      lines.push({ ...this._placed(smoothed, epoch, steps), name: 'smoothed', colour });
    }
    return lines;
  }

  /** A line over the index of steps as one over the axis, and what is said of its points. */
  private _placed(
    { x, y }: Line,
    epoch: number,
    steps: Steps
  ): Pick<ChartLine, 'x' | 'y' | 'details'> {
    const { learningRates } = this._feed;
    const { start } = steps;
    const timed = this._x.axis === 'time';
    const rated = Number.isFinite(learningRates.at(start, true));
    const place = this._place(steps);
    return {
      x: x.map(step => place(step + 1, false)),
      y,
      details: {
        template:
          `loss %{y:.4~g}<br>epoch ${epoch}, step %{customdata[0]:,d}` +
          (rated ? '<br>learning rate %{customdata[1]:.4~g}' : '') +
          (timed ? `<br>${this._x.hover}` : ''),
        of: i => {
          const step = Math.floor(x[i] as number);
          return [step - start + 1, learningRates.at(step, true)];
        }
      }
    };
  }

  /** Where the moment after so many steps lies: both count from the epoch's beginning. */
  private _place({ start }: Steps): Place {
    const { times } = this._feed;
    if (this._x.axis === 'step') {
      return taken => taken - start;
    }
    const began = times.at(start, true);
    return (taken, later) => this._x.of(times.at(taken, later) - began);
  }

  /** Marks stand between two steps. */
  private _placeMark(steps: Steps): Place {
    const place = this._place(steps);
    return this._x.axis === 'step' ? (taken, later) => place(taken, later) + 0.5 : place;
  }

  /** The steps of an epoch that a view shows, and one on each side. */
  private _seen({ start, stop }: Steps, view: View): Steps {
    if (!view) {
      return { start, stop };
    }
    let [low, high] = view;
    if (this._x.axis === 'time') {
      const { times } = this._feed;
      const began = times.at(start, true);
      const step = (x: number): number => times.stepAt(began + this._x.seconds(x)) - start;
      [low, high] = [step(low), step(high)];
    }
    const first = Math.max(start, start + Math.floor(low) - 2);
    return {
      start: Math.min(first, stop),
      stop: Math.min(stop, Math.max(first, start + Math.ceil(high) + 1))
    };
  }

  /** The ends of the axis when all of an epoch is shown. */
  private _range(run: RunState, steps: Steps): [number, number] {
    return this._x.axis === 'time'
      ? [0, this._x.of(this._seconds(steps))]
      : [1, run.steps_per_epoch ?? steps.stop - steps.start];
  }

  private _seconds({ start, stop }: Steps): number {
    return this._feed.times.at(stop) - this._feed.times.at(start, true);
  }

  /** The epoch that is shown by default: between two epochs the one that has ended. */
  private _latest(progress: Progress): number {
    const begun = this._feed.series.length > progress.epoch_start || progress.epoch === 1;
    return begun ? progress.epoch : progress.epoch - 1;
  }

  private _chosen(latest: number): number {
    const chosen = this._epoch.value === '' ? latest : Math.round(Number(this._epoch.value));
    return Math.max(1, chosen);
  }

  private _table(): { columns: string[]; rows: (number | string)[][] } {
    const { progress, times, learningRates } = this._feed;
    const columns = ['epoch', 'step', 'loss', 'seconds', 'learning rate'];
    const epoch = this._chosen(progress ? this._latest(progress) : 1);
    const steps = this._steps.of(epoch);
    if (!steps) {
      return { columns, rows: [] };
    }
    const [from, values] = this._steps.raw(steps);
    const rows = Array.from(values, (loss, i) => [
      epoch,
      from + i + 1,
      loss,
      known(times.at(from + i + 1), 7),
      known(learningRates.at(from + i, true), 7)
    ]);
    return { columns, rows };
  }
}

function known(value: number, digits: number): number | string {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : '';
}
