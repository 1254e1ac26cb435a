/**
 * "Loss over all epochs": the means of each epoch, of this run and of those before it.
 */

import { LineChart, type Band, type ChartLine, type Picture, type View } from '../chart/line_chart';
import { runColour } from '../chart/palette';
import type { EpochRow, RunState } from '../messages';
import { checkpointTicks, eventMarks, KEY, type Shown } from './event_marks';
import { formatCount, formatLoss } from './format';
import type { RunFeed } from './run_feed';
import { XAxis } from './x_axis';

/** Points of more epochs than this would grow into a thick line. */
const MOST_MARKERS = 40;

export class EpochsChart {
  readonly chart: LineChart;
  private _x = new XAxis(['epoch', 'step', 'time'], () => {
    this.chart.update();
  });

  /**
   * @param _feed the run.
   * @param _empty what to say before there is one.
   */
  constructor(
    private readonly _feed: RunFeed,
    private readonly _empty: string
  ) {
    this.chart = new LineChart({
      title: 'Loss over all epochs',
      unit: () => this._x.title,
      picture: (columns, view) => this._picture(columns, view),
      controls: [],
      options: [this._x.element],
      key: KEY,
      table: () => this._table()
    });
  }

  private _picture(columns: number, view: View): Picture {
    const { run, rows, earlier } = this._feed;
    const last = rows[rows.length - 1];
    if (!run || (!last && !earlier.some(one => one.rows.length))) {
      const summary = run ? 'The first epoch has not ended yet.' : this._empty;
      return { lines: [], points: 0, summary };
    }
    const alone = earlier.length === 0;
    const seconds = [rows, ...earlier.map(one => one.rows)].map(some => some.at(-1)?.seconds ?? 0);
    this._x.unit(Math.max(...seconds), view !== null);
    const lines = [
      ...this._lines(run, rows, alone),
      ...earlier.flatMap(one =>
        this._lines(one.run, one.rows, false).map(line => ({ ...line, behind: true }))
      ),
      ...this._best(run, rows, alone)
    ];
    const validation = last?.metrics['val_loss'];
    const held = validation === undefined ? '' : `, validation loss ${formatLoss(validation)}`;
    const xs = lines.flatMap(line => [line.x[0] ?? NaN, line.x.at(-1) ?? NaN]);
    const [from, to] = view ?? ends(xs);
    const shown: Shown = { start: 0, stop: Infinity, from, to, columns };
    const place = (step: number, later: boolean): number => this._place(run, rows, step, later);
    const loss = last ? `, last training loss ${formatLoss(last.metrics['loss'])}${held}` : '';
    return {
      lines,
      points: rows.length,
      drawn: true,
      marks: eventMarks(run, shown, place),
      ticks: checkpointTicks(run, shown, place),
      continuous: this._x.axis === 'time',
      ...(rows.length ? { band: this._band(run, rows, alone) } : {}),
      view: this._x.title,
      summary: `${formatCount(rows.length)} epochs${loss}.`
    };
  }

  /** With several runs the legend has one line for each; validation is dashed. */
  private _lines(run: RunState, rows: EpochRow[], alone: boolean): ChartLine[] {
    return [
      { metric: 'loss', name: 'training', dashed: false },
      { metric: 'val_loss', name: 'validation', dashed: true }
    ]
      .filter(({ metric }) => rows.some(row => metric in row.metrics))
      .map(({ metric, name, dashed }) => ({
        x: this._places(rows),
        y: Float32Array.from(rows, row => row.metrics[metric] ?? NaN),
        details: this._details(rows),
        name: alone ? name : dashed ? `${run.name}, ${name}` : run.name,
        colour: runColour(run.colour),
        dashed,
        unlisted: !alone && dashed,
        ...(alone ? {} : { group: run.id }),
        markers: rows.length <= MOST_MARKERS
      }));
  }

  /** The epoch with the least loss on held-out data, or else in training. */
  private _best(run: RunState, rows: EpochRow[], alone: boolean): ChartLine[] {
    const metric = rows.some(row => 'val_loss' in row.metrics) ? 'val_loss' : 'loss';
    const best = rows.reduce<EpochRow | undefined>((found, row) => {
      const value = row.metrics[metric] ?? Infinity;
      return value < (found?.metrics[metric] ?? Infinity) ? row : found;
    }, undefined);
    return best
      ? [
          {
            x: this._places([best]),
            details: this._details([best]),
            y: Float32Array.of(best.metrics[metric] ?? NaN),
            name: `best: ${formatLoss(best.metrics[metric])}`,
            colour: runColour(run.colour),
            star: true,
            unlisted: !alone,
            ...(alone ? {} : { group: run.id })
          }
        ]
      : [];
  }

  /** Between its edges lie eight of ten steps of each epoch. */
  private _band(run: RunState, rows: EpochRow[], alone: boolean): Band {
    return {
      x: this._places(rows),
      low: Float32Array.from(rows, row => row.low ?? NaN),
      high: Float32Array.from(rows, row => row.high ?? NaN),
      colour: runColour(run.colour),
      name: '80 % of the steps',
      unlisted: !alone,
      ...(alone ? {} : { group: run.id })
    };
  }

  /** Where epochs lie on the axis; times count from the start of their own run. */
  private _places(rows: EpochRow[]): Float64Array {
    switch (this._x.axis) {
      case 'step':
        return Float64Array.from(rows, row => row.first_step + row.steps);
      case 'time':
        return Float64Array.from(rows, row => this._x.of(row.seconds ?? NaN));
      case 'epoch':
        return Float64Array.from(rows, row => row.epoch);
    }
  }

  private _details(rows: EpochRow[]): NonNullable<ChartLine['details']> {
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
  private _place(run: RunState, rows: EpochRow[], step: number, later: boolean): number {
    if (this._x.axis === 'step') {
      return step;
    }
    if (this._x.axis === 'time') {
      return this._x.of(this._feed.times.at(step, later));
    }
    const row = rows.find(one => step <= one.first_step + one.steps);
    const each = row?.steps ?? run.steps_per_epoch;
    const before = row ? row.epoch - 1 : (rows[rows.length - 1]?.epoch ?? 0);
    const first = row?.first_step ?? before * (run.steps_per_epoch ?? 0);
    return each ? before + (step - first) / each : NaN;
  }

  private _table(): { columns: string[]; rows: (number | string)[][] } {
    const { run, rows, earlier } = this._feed;
    const all = [...earlier, ...(run ? [{ run, rows }] : [])];
    const names = [
      ...new Set(all.flatMap(one => one.rows.flatMap(row => Object.keys(row.metrics))))
    ];
    return {
      columns: ['run', 'epoch', 'first step', 'steps', 'seconds', 'learning rate', ...names],
      rows: all.flatMap(one =>
        one.rows.map(row => [
          one.run.name,
          row.epoch,
          row.first_step + 1,
          row.steps,
          row.seconds ?? '',
          row.learning_rate ?? '',
          ...names.map(name => row.metrics[name] ?? '')
        ])
      )
    };
  }
}

/** The least and the greatest of some numbers. */
function ends(numbers: number[]): [number, number] {
  const finite = numbers.filter(Number.isFinite);
  return [Math.min(...finite), Math.max(...finite)];
}
