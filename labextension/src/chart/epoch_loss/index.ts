/**
 * "Loss over all epochs": the means of each epoch, of this run and of those before it.
 */

import { formatCount, formatLoss } from '../../format';
import type { EpochRow } from '../../messages';
import { thinned } from '../../store/epoch_rows';
import type { RunData } from '../../store/run_data';
import type { Runs } from '../../store/run_store';
import { checkpointTicks, eventMarks, KEY, type Shown } from '../event_marks';
import type { ChartKind, ChartView, Table } from '../kind';
import { lineFigure } from '../line_figure';
import { runColour } from '../palette';
import type { Band, ChartLine, Picture } from '../picture';
import { axisControl, XAxis, type Axis } from '../time_unit';

/** Points of more epochs than this would grow into a thick line. */
const MOST_MARKERS = 40;

export const epochLoss: ChartKind = {
  id: 'epoch_loss',
  title: 'Loss over all epochs',
  needs: ['run', 'epochs', 'earlier'],
  bundle: 'cartesian',
  controls: [axisControl(['epoch', 'step', 'time'])],
  key: KEY,
  spec: (runs, view) => lineFigure(picture(runs, view), view),
  table: runs => Promise.resolve(table(runs))
};

function picture(runs: Runs, view: ChartView): Picture {
  const { followed: run, earlier } = runs;
  if (!run || ![run, ...earlier].some(one => one.epochs.count > 0)) {
    const summary = run ? 'The first epoch has not ended yet.' : view.empty;
    return { lines: [], points: 0, unit: 'epoch', summary };
  }
  return new EpochsPicture(run, earlier, view).draw();
}

/** The epochs of some runs as a picture. */
class EpochsPicture {
  private readonly _x: XAxis;
  /** Whether only one run is drawn. */
  private readonly _alone: boolean;

  constructor(
    private readonly _run: RunData,
    private readonly _earlier: readonly RunData[],
    private readonly _view: ChartView
  ) {
    const seconds = [_run, ..._earlier].map(one => one.epochs.all.at(-1)?.seconds ?? 0);
    this._x = new XAxis(_view.options['axis'] as Axis, Math.max(...seconds), _view.unit);
    this._alone = _earlier.length === 0;
  }

  draw(): Picture {
    const { state, epochs } = this._run;
    const rows = this._rows(this._run);
    const last = epochs.all.at(-1);
    const lines = [
      ...this._lines(this._run, rows),
      ...this._earlier.flatMap(one =>
        this._lines(one, this._rows(one)).map(line => ({ ...line, behind: true }))
      ),
      ...this._best()
    ];
    const validation = last?.metrics['val_loss'];
    const held = validation === undefined ? '' : `, validation loss ${formatLoss(validation)}`;
    const loss = last ? `, last training loss ${formatLoss(last.metrics['loss'])}${held}` : '';
    const xs = lines.flatMap(line => [line.x[0] ?? NaN, line.x.at(-1) ?? NaN]);
    const [from, to] = this._view.zoom ?? ends(xs);
    const shown: Shown = { start: 0, stop: Infinity, from, to, columns: this._view.columns };
    const place = (step: number, later: boolean): number => this._place(step, later);
    return {
      lines,
      points: epochs.count,
      drawn: true,
      marks: eventMarks(state, shown, place),
      ticks: checkpointTicks(state, shown, place),
      unit: this._x.title,
      continuous: this._x.axis === 'time',
      ...(rows.length ? { band: this._band(rows) } : {}),
      scene: this._x.title,
      summary: `${formatCount(epochs.count)} epochs${loss}.`
    };
  }

  /** As many epochs as can be told apart in what is seen. */
  private _rows({ epochs }: RunData): EpochRow[] {
    const { zoom, columns } = this._view;
    const seen = zoom ? epochs.all.filter((_, i) => this._meets(epochs.all, i, zoom)) : epochs.all;
    return thinned(seen, 4 * columns);
  }

  /** Whether this row, or the line to one of its neighbours, is seen. */
  private _meets(
    rows: readonly EpochRow[],
    i: number,
    [from, to]: readonly [number, number]
  ): boolean {
    const x = (index: number): number => this._at(rows[index]);
    return x(Math.min(i + 1, rows.length - 1)) >= from && x(Math.max(i - 1, 0)) <= to;
  }

  /** With several runs the legend has one line for each; validation is dashed. */
  private _lines({ state }: RunData, rows: EpochRow[]): ChartLine[] {
    return [
      { metric: 'loss', name: 'training', dashed: false },
      { metric: 'val_loss', name: 'validation', dashed: true }
    ]
      .filter(({ metric }) => rows.some(row => metric in row.metrics))
      .map(({ metric, name, dashed }) => ({
        x: this._places(rows),
        y: Float32Array.from(rows, row => row.metrics[metric] ?? NaN),
        details: this._details(rows),
        name: this._alone ? name : dashed ? `${state.name}, ${name}` : state.name,
        colour: runColour(state.colour),
        dashed,
        unlisted: !this._alone && dashed,
        ...(this._alone ? {} : { group: state.id }),
        markers: rows.length <= MOST_MARKERS
      }));
  }

  /** The epoch with the least loss on held-out data, or else in training. */
  private _best(): ChartLine[] {
    const { state, epochs } = this._run;
    const held = epochs.all.some(row => 'val_loss' in row.metrics);
    const metric = held ? 'val_loss' : 'loss';
    const best = epochs.all.reduce<EpochRow | undefined>((found, row) => {
      const value = row.metrics[metric] ?? Infinity;
      return value < (found?.metrics[metric] ?? Infinity) ? row : found;
    }, undefined);
    return best
      ? [
          {
            x: this._places([best]),
            details: this._details([best]),
            y: Float32Array.of(best.metrics[metric] ?? NaN),
            name: `lowest ${held ? 'validation' : 'training'} loss: ${formatLoss(best.metrics[metric])}`,
            colour: runColour(state.colour),
            star: true,
            unlisted: !this._alone,
            ...(this._alone ? {} : { group: state.id })
          }
        ]
      : [];
  }

  /** Between its edges lie eight of ten steps of each epoch. */
  private _band(rows: EpochRow[]): Band {
    const { id, colour } = this._run.state;
    return {
      x: this._places(rows),
      low: Float32Array.from(rows, row => row.low ?? NaN),
      high: Float32Array.from(rows, row => row.high ?? NaN),
      colour: runColour(colour),
      name: '80 % of the steps',
      unlisted: !this._alone,
      ...(this._alone ? {} : { group: id })
    };
  }

  /** Where epochs lie on the axis; times count from the start of their own run. */
  private _places(rows: readonly EpochRow[]): Float64Array {
    return Float64Array.from(rows, row => this._at(row));
  }

  private _at(row: EpochRow | undefined): number {
    switch (this._x.axis) {
      case 'step':
        return row ? row.first_step + row.steps : NaN;
      case 'time':
        return this._x.of(row?.seconds ?? NaN);
      case 'epoch':
        return row?.epoch ?? NaN;
    }
  }

  private _details(rows: readonly EpochRow[]): NonNullable<ChartLine['details']> {
    const rated = rows.some(row => row.learning_rate !== null);
    return {
      template:
        'loss %{y:.4~g}<br>epoch %{customdata[0]:,d}, step %{customdata[1]:,d}' +
        (rated ? '<br>learning rate %{customdata[2]:.4~g}' : '') +
        (this._x.axis === 'time' ? `<br>${this._x.hover}` : ''),
      of: i => {
        const { epoch = 0, first_step = 0, steps = 0, learning_rate = null } = rows[i] ?? {};
        return [epoch, first_step + steps, learning_rate ?? 'unknown'];
      }
    };
  }

  /** Where a number of steps lies on the axis: an epoch's mean stands at its end. */
  private _place(step: number, later: boolean): number {
    const { state, epochs, times } = this._run;
    if (this._x.axis === 'step') {
      return step;
    }
    if (this._x.axis === 'time') {
      return this._x.of(times.at(step, later));
    }
    const rows = epochs.all;
    const row = rows.find(one => step <= one.first_step + one.steps);
    const each = row?.steps ?? state.steps_per_epoch;
    const before = row ? row.epoch - 1 : (rows.at(-1)?.epoch ?? 0);
    const first = row?.first_step ?? before * (state.steps_per_epoch ?? 0);
    return each ? before + (step - first) / each : NaN;
  }
}

function table({ followed, earlier }: Runs): Table {
  const runs = [...earlier, ...(followed ? [followed] : [])];
  const all = runs.flatMap(({ state, epochs }) =>
    epochs.all.map(row => ({ run: state.name, row }))
  );
  const names = [...new Set(all.flatMap(({ row }) => Object.keys(row.metrics)))];
  return {
    columns: ['run', 'epoch', 'first step', 'steps', 'seconds', 'learning rate', ...names],
    count: all.length,
    row: i => {
      const { run, row } = all[i] as (typeof all)[number];
      return [
        run,
        row.epoch,
        row.first_step + 1,
        row.steps,
        row.seconds ?? '',
        row.learning_rate ?? '',
        ...names.map(name => row.metrics[name] ?? '')
      ];
    },
    omitted: runs.reduce((sum, { epochs }) => sum + epochs.count - epochs.all.length, 0)
  };
}

/** The least and the greatest of some numbers. */
function ends(numbers: number[]): [number, number] {
  const finite = numbers.filter(Number.isFinite);
  return [Math.min(...finite), Math.max(...finite)];
}
