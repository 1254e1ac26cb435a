/**
 * "Loss during one epoch": every step of one epoch, with the epoch before it faint behind.
 */

import { formatCount, formatLoss } from '../../format';
import { trans } from '../../i18n/translation';
import type { Line } from '../../series/decimate';
import type { Steps } from '../../store/resolution';
import { LOSS, type RunData } from '../../store/run_data';
import type { Runs } from '../../store/run_store';
import { SeriesSteps } from '../../store/series_steps';
import { checkpointTicks, eventMarks, type Place, type Shown } from '../event_marks';
import { roomy } from '../axis_ticks';
import type { ChartKind, ChartView, Ends } from '../kind';
import { lineFigure } from '../line_figure';
import { runColour } from '../palette';
import type { ChartLine, ChartSpec } from '../chart_spec';
import { pointDetails } from '../point_details';
import { quantity } from '../quantity';
import { RunAxis } from '../run_axis';
import { stepTable } from '../step_table';
import { axisControl, smoothingControl, XAxis, type Axis } from '../time_unit';

export const stepLoss: ChartKind = {
  id: 'step_loss',
  get title() {
    return trans.__('Loss during one epoch');
  },
  needs: ['run', 'progress', `series:${LOSS}`],
  bundle: 'cartesian',
  get controls() {
    return [
      {
        id: 'epoch',
        kind: 'number',
        label: trans.__('Epoch'),
        help: trans.__('The epoch to show; empty for the latest'),
        value: '',
        least: 1,
        placeholder: trans.__('latest'),
        place: 'head'
      } as const,
      axisControl(['step', 'time']),
      smoothingControl(trans.__('The weight of the steps before'))
    ];
  },
  figure: (runs, view) => lineFigure(stepSpec(runs, view), view),
  table: (runs, { options }) => {
    const run = runs.followed;
    const steps = run && new SeriesSteps(run, LOSS, runs.ranges);
    const epoch = run ? chosenEpoch(options['epoch'], latestEpoch(run)) : 1;
    return stepTable(runs, { name: LOSS, steps: steps?.ofEpoch(epoch), epochOf: () => epoch });
  }
};

function stepSpec(runs: Runs, view: ChartView): ChartSpec {
  const run = runs.followed;
  const nothing = (summary: string): ChartSpec => ({ lines: [], points: 0, unit: 'step', summary });
  if (run && view.hidden.has(run.id)) {
    return nothing(trans.__('%1 is hidden.', run.state.name));
  }
  if (!run || run.progress.step === 0) {
    const waiting = run?.live
      ? trans.__('Waiting for the first step...')
      : trans.__('This run took no steps.');
    return nothing(run ? waiting : view.empty);
  }
  const latest = latestEpoch(run);
  const epoch = chosenEpoch(view.options['epoch'], latest);
  const all = new SeriesSteps(run, LOSS, runs.ranges);
  const steps = all.ofEpoch(epoch);
  if (!steps || steps.stop <= steps.start) {
    const known = epoch <= latest;
    return {
      ...nothing(
        known
          ? trans.__('Waiting for the first step...')
          : trans.__('Epoch %1 has not begun yet.', formatCount(epoch))
      ),
      most: { epoch: latest }
    };
  }
  return new EpochSpec(run, all, view, epoch, steps, all.ofEpoch(epoch - 1)).draw(epoch === latest);
}

/** The epoch that is shown by default: between two epochs the one that has ended. */
function latestEpoch(run: RunData): number {
  const { progress } = run;
  const begun = run.series(LOSS).length > progress.epoch_start || progress.epoch === 1;
  return begun ? progress.epoch : progress.epoch - 1;
}

function chosenEpoch(text: string | undefined, latest: number): number {
  const chosen = Math.round(Number(text));
  return text && Number.isFinite(chosen) ? Math.max(1, chosen) : Math.max(1, latest);
}

/** One epoch as a chart spec. */
class EpochSpec {
  private readonly _x: XAxis;

  constructor(
    private readonly _run: RunData,
    private readonly _all: SeriesSteps,
    private readonly _view: ChartView,
    private readonly _epoch: number,
    private readonly _steps: Steps,
    private readonly _before: Steps | undefined
  ) {
    const seconds = Math.max(...[_steps, _before ?? _steps].map(one => this._seconds(one)));
    this._x = new XAxis(_view.options['axis'] as Axis, seconds, _view.unit);
  }

  draw(latest: boolean): ChartSpec {
    const { state, progress } = this._run;
    const steps = this._steps;
    const count = steps.stop - steps.start;
    const each = state.steps_per_epoch;
    const whole = this._range();
    const [from, to] = this._view.zoom ?? whole;
    const shown: Shown = { ...steps, from, to, columns: this._view.columns };
    const mark = this._placeMark(steps);
    const { place } = this._axis(steps);
    return {
      lines: this._lines(),
      points: count,
      marks: eventMarks(state, shown, mark),
      ticks: checkpointTicks(state, shown, mark),
      unit: this._x.unit,
      continuous: this._x.axis === 'time',
      // The axis stands still while the epoch's points arrive.
      ...(this._x.axis === 'step' && each && each > 1 ? { range: roomy(...whole) } : {}),
      scene: `${state.id} ${latest ? 'latest' : String(this._epoch)} ${this._x.unit}`,
      most: { epoch: Math.max(progress.epoch, 1) },
      key: this._key,
      steering: {
        stepAt: at => this._axis(steps).stepAt(at),
        placeOf: step => (step > steps.start && step <= steps.stop ? place(step, false) : NaN)
      },
      summary: this._summary(count, latest)
    };
  }

  private _summary(count: number, latest: boolean): string {
    const said = [
      trans._n(
        '%2 step of epoch %3',
        '%2 steps of epoch %3',
        count,
        formatCount(count),
        formatCount(this._epoch)
      ),
      ...(latest ? [trans.__('last loss %1', formatLoss(this._run.last))] : [])
    ];
    return `${said.join(', ')}.`;
  }

  private get _key(): string[] {
    return [
      ...(this._before ? [trans.__('faint: epoch %1', formatCount(this._epoch - 1))] : []),
      ...(Number(this._view.options['smoothing']) > 0
        ? [trans.__('faint behind: not smoothed')]
        : [])
    ];
  }

  private _lines(): ChartLine[] {
    const colour = runColour(this._run.state.colour, this._view.theme.dark);
    const { columns } = this._view;
    const weight = Number(this._view.options['smoothing']);
    const [steps, before] = [this._steps, this._before];
    const part = this._seen(steps);
    const name = trans.__('epoch %1', formatCount(this._epoch));
    const nameBefore = trans.__('epoch %1', formatCount(this._epoch - 1));
    const lines: ChartLine[] = [
      {
        ...this._placed(this._all.line(part, columns), this._epoch, steps),
        name: before || weight > 0 ? name : trans.__('training'),
        end: name,
        colour,
        faint: weight > 0
      }
    ];
    if (before) {
      lines.push({
        ...this._placed(this._all.line(this._seen(before), columns), this._epoch - 1, before),
        name: nameBefore,
        end: nameBefore,
        colour,
        faint: true,
        behind: true
      });
    }
    if (weight > 0) {
      const smoothed = this._all.smoothed(steps.start, part, columns, weight);
      lines.push({
        ...this._placed(smoothed, this._epoch, steps),
        name: trans.__('smoothed'),
        colour
      });
    }
    return lines;
  }

  /** A line over the index of steps as one over the axis, and what is said of its points. */
  private _placed(
    { x, y }: Line,
    epoch: number,
    steps: Steps
  ): Pick<ChartLine, 'x' | 'y' | 'details'> {
    const { learningRates } = this._run;
    const { start } = steps;
    const rated = Number.isFinite(learningRates.at(start, true));
    const { place } = this._axis(steps);
    return {
      x: x.map(step => place(step + 1, false)),
      y,
      details: pointDetails(quantity(LOSS).phrase, this._x, rated, i => {
        const step = Math.floor(x[i] as number);
        return [epoch, step - start + 1, learningRates.at(step, true)];
      })
    };
  }

  /** Steps and times count from an epoch's beginning. */
  private _axis({ start }: Steps): RunAxis {
    return new RunAxis(this._run, this._x, start, this._run.times.at(start, true));
  }

  /** Marks stand between two steps. */
  private _placeMark(steps: Steps): Place {
    const { place } = this._axis(steps);
    return this._x.axis === 'step' ? (taken, later) => place(taken, later) + 0.5 : place;
  }

  /** The steps of an epoch that a view shows, and one on each side. */
  private _seen(steps: Steps): Steps {
    return this._axis(steps).seen(steps, this._view.zoom);
  }

  /** The ends of the axis when all of an epoch is shown. */
  private _range(): Ends {
    const { start, stop } = this._steps;
    return this._x.axis === 'time'
      ? [0, this._x.of(this._seconds(this._steps))]
      : [1, this._run.state.steps_per_epoch ?? stop - start];
  }

  private _seconds({ start, stop }: Steps): number {
    return this._run.times.at(stop) - this._run.times.at(start, true);
  }
}
