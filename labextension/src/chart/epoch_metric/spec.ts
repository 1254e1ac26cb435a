/**
 * A metric of the epochs of some runs as a chart spec: training solid, validation dashed.
 */

import { formatCount, formatLoss } from '../../format';
import { trans } from '../../i18n/translation';
import type { EpochRow, RunState } from '../../messages';
import { thinned } from '../../store/epoch_rows';
import type { RunData } from '../../store/run_data';
import type { Runs } from '../../store/run_store';
import { checkpointTicks, eventMarks, type Shown } from '../event_marks';
import type { ChartView } from '../kind';
import { runColour } from '../palette';
import type { Band, ChartLine, ChartSpec } from '../chart_spec';
import { pointDetails } from '../point_details';
import { better } from '../quantity';
import { RunAxis } from '../run_axis';
import { bestRow } from '../run_metrics';
import { allHidden, seenRuns } from '../seen_runs';
import { XAxis, type Axis } from '../time_unit';

/** Points of more epochs than this would grow into a thick line. */
const MOST_MARKERS = 40;

/** A metric of which there is a mean for each epoch. */
export interface EpochMetric {
  /** Keras' name. */
  name: string;
  /** In words, within a sentence. */
  phrase: string;
}

/** What to draw of this metric. */
export function epochSpec(metric: EpochMetric, runs: Runs, view: ChartView): ChartSpec {
  const { followed } = runs;
  const all = seenRuns(runs, view);
  const [run, ...behind] = all;
  const nothing = (summary: string): ChartSpec => ({
    lines: [],
    points: 0,
    unit: 'epoch',
    summary
  });
  if (!run) {
    return nothing(allHidden(runs) ?? view.empty);
  }
  if (!all.some(one => one.epochs.count > 0)) {
    const waiting = followed?.live
      ? trans.__('The first epoch has not ended yet.')
      : trans.__('This run finished no epoch.');
    return nothing(followed ? waiting : view.empty);
  }
  const names = namesOf(metric);
  if (!all.some(({ epochs }) => epochs.all.some(row => names.some(one => one in row.metrics)))) {
    return nothing(trans.__('No values yet.'));
  }
  const drawn = new EpochsSpec(metric, run, behind, view).draw();
  return followed ? drawn : { ...drawn, points: 0 };
}

/** In training and on validation data. */
export function namesOf({ name }: Pick<EpochMetric, 'name'>): [string, string] {
  return [name, `val_${name}`];
}

class EpochsSpec {
  private readonly _axis: RunAxis;
  /** Whether only one run is drawn. */
  private readonly _alone: boolean;
  /** Whether there are values on validation data. */
  private readonly _validated: boolean;
  private readonly _training: string;
  private readonly _validation: string;

  constructor(
    private readonly _metric: EpochMetric,
    private readonly _run: RunData,
    private readonly _earlier: readonly RunData[],
    private readonly _view: ChartView
  ) {
    const seconds = [_run, ..._earlier].map(one => one.epochs.all.at(-1)?.seconds ?? 0);
    const x = new XAxis(_view.options['axis'] as Axis, Math.max(...seconds), _view.unit);
    this._axis = new RunAxis(_run, x);
    this._alone = _earlier.length === 0;
    [this._training, this._validation] = namesOf(_metric);
    this._validated = [_run, ..._earlier].some(one =>
      one.epochs.all.some(row => this._validation in row.metrics)
    );
  }

  draw(): ChartSpec {
    const { state, epochs } = this._run;
    const { x, place } = this._axis;
    const { count } = epochs;
    const said = trans._n('%2 epoch', '%2 epochs', count, formatCount(count));
    const rows = this._rows(this._run);
    const lines = [
      ...this._lines(this._run, rows),
      ...this._earlier.flatMap(one =>
        this._lines(one, this._rows(one)).map(line => ({ ...line, behind: true }))
      ),
      ...this._best()
    ];
    const xs = lines.flatMap(line => [line.x[0] ?? NaN, line.x.at(-1) ?? NaN]);
    const [from, to] = this._view.zoom ?? ends(xs);
    const shown: Shown = { start: 0, stop: Infinity, from, to, columns: this._view.columns };
    return {
      lines,
      points: count,
      drawn: true,
      marks: eventMarks(state, shown, place),
      ticks: checkpointTicks(state, shown, place),
      unit: x.unit,
      continuous: x.axis === 'time',
      // The kernel knows it of the loss only.
      ...(rows.length && this._training === 'loss' ? { band: this._band(rows) } : {}),
      scene: x.unit,
      // A line that ends with its name explains itself.
      key: this._validated && !this._alone ? [trans.__('training solid, validation dashed')] : [],
      steering: { stepAt: at => this._axis.stepAt(at), placeOf: step => place(step, false) },
      summary: `${[said, ...this._last()].join(', ')}.`
    };
  }

  /** The last values, as far as they are known. */
  private _last(): string[] {
    const metrics = this._run.epochs.all.at(-1)?.metrics ?? {};
    const { phrase } = this._metric;
    const [training, validation] = [this._training, this._validation];
    const value = (name: string): string => formatLoss(metrics[name]);
    return [
      ...(training in metrics ? [trans.__('last training %1 %2', phrase, value(training))] : []),
      ...(validation in metrics ? [trans.__('validation %1 %2', phrase, value(validation))] : [])
    ];
  }

  /** As many epochs as can be told apart in what is seen. */
  private _rows({ epochs }: RunData): EpochRow[] {
    const { zoom, columns } = this._view;
    const seen = zoom ? epochs.all.filter((_, i) => this._meets(epochs.all, i, zoom)) : epochs.all;
    return thinned(seen, 4 * columns, [this._training, this._validation]);
  }

  /** Whether this row, or the line to one of its neighbours, is seen. */
  private _meets(
    rows: readonly EpochRow[],
    i: number,
    [from, to]: readonly [number, number]
  ): boolean {
    const x = (index: number): number => this._axis.placeRow(rows[index] as EpochRow);
    return x(Math.min(i + 1, rows.length - 1)) >= from && x(Math.max(i - 1, 0)) <= to;
  }

  /** Of one run the lines are called what they are, of several by their runs. */
  private _lines({ id, state }: RunData, all: EpochRow[]): ChartLine[] {
    return [
      { metric: this._training, name: trans.__('training'), dashed: false },
      { metric: this._validation, name: trans.__('validation'), dashed: true }
    ]
      .map(one => ({ ...one, rows: all.filter(row => one.metric in row.metrics) }))
      .filter(({ rows }) => rows.length > 0)
      .map(({ metric, name, dashed, rows }, index) => {
        const full = this._alone
          ? name
          : dashed
            ? trans.__('%1, validation', state.name)
            : state.name;
        const named = this._alone || index === 0 || id === this._run.id;
        return {
          x: this._places(rows),
          y: Float32Array.from(rows, row => row.metrics[metric] ?? NaN),
          details: this._details(rows),
          name: full,
          ...(named
            ? { end: this._alone || !dashed ? full : trans.__('%1, val.', state.name) }
            : {}),
          colour: this._colour(state),
          dashed,
          markers: rows.length <= MOST_MARKERS
        };
      });
  }

  /** The epoch with the best value on validation data, or else in training. */
  private _best(): ChartLine[] {
    const { state, epochs } = this._run;
    const direction = better(this._training);
    if (!direction) {
      return [];
    }
    const held = epochs.all.some(row => this._validation in row.metrics);
    const metric = held ? this._validation : this._training;
    const best = bestRow(epochs.all, metric, direction);
    return best
      ? [
          {
            x: this._places([best]),
            details: this._details([best]),
            y: Float32Array.of(best.metrics[metric] ?? NaN),
            name: this._bestText(direction, held, formatLoss(best.metrics[metric])),
            colour: this._colour(state),
            star: true
          }
        ]
      : [];
  }

  private _bestText(direction: 'lower' | 'higher', held: boolean, value: string): string {
    const { phrase } = this._metric;
    if (direction === 'lower') {
      return held
        ? trans.__('lowest validation %1: %2', phrase, value)
        : trans.__('lowest training %1: %2', phrase, value);
    }
    return held
      ? trans.__('highest validation %1: %2', phrase, value)
      : trans.__('highest training %1: %2', phrase, value);
  }

  /** Between its edges lie eight of ten steps of each epoch. */
  private _band(rows: EpochRow[]): Band {
    return {
      x: this._places(rows),
      low: Float32Array.from(rows, row => row.low ?? NaN),
      high: Float32Array.from(rows, row => row.high ?? NaN),
      colour: this._colour(this._run.state),
      name: this._alone
        ? trans.__('10th to 90th percentile of steps')
        : trans.__('10th to 90th percentile of steps of %1', this._run.state.name)
    };
  }

  private _colour({ colour }: RunState): string {
    return runColour(colour, this._view.theme.dark);
  }

  private _places(rows: readonly EpochRow[]): Float64Array {
    return Float64Array.from(rows, row => this._axis.placeRow(row));
  }

  private _details(rows: readonly EpochRow[]): NonNullable<ChartLine['details']> {
    const rated = rows.some(row => row.learning_rate !== null);
    return pointDetails(this._metric.phrase, this._axis.x, rated, i => {
      const { epoch = 0, first_step = 0, steps = 0, learning_rate = null } = rows[i] ?? {};
      return [epoch, first_step + steps, learning_rate ?? trans.__('unknown')];
    });
  }
}

/** The least and the greatest of some numbers. */
function ends(numbers: number[]): [number, number] {
  const finite = numbers.filter(Number.isFinite);
  return [Math.min(...finite), Math.max(...finite)];
}
