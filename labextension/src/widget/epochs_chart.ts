/**
 * "Loss over all epochs": the means of each epoch, of this run and of those before it.
 */

import { LineChart, type Band, type ChartLine, type Picture } from '../chart/line_chart';
import { runColour } from '../chart/palette';
import type { EpochRow, RunState } from '../messages';
import { eventMarks } from './event_marks';
import { formatCount, formatLoss } from './format';
import type { RunFeed } from './run_feed';
import { EMPTY, labelled } from './step_chart';

/** Points of more epochs than this would grow into a thick line. */
const MOST_MARKERS = 40;

export class EpochsChart {
  readonly chart: LineChart;
  private _axis = document.createElement('select');

  constructor(private readonly _feed: RunFeed) {
    this._axis.append(new Option('epoch', 'epoch'), new Option('step', 'step'));
    this.chart = new LineChart({
      title: 'Loss over all epochs',
      unit: () => this._axis.value,
      picture: () => this._picture(),
      controls: [],
      options: [labelled('X axis', this._axis)],
      table: () => this._table()
    });
    this._axis.addEventListener('change', () => {
      this.chart.update();
    });
  }

  private _picture(): Picture {
    const { run, rows, earlier } = this._feed;
    const last = rows[rows.length - 1];
    if (!run || (!last && !earlier.some(one => one.rows.length))) {
      const summary = run ? 'The first epoch has not ended yet.' : EMPTY;
      return { lines: [], points: 0, summary };
    }
    const alone = earlier.length === 0;
    const lines = [
      ...this._lines(run, rows, alone),
      ...earlier.flatMap(one =>
        this._lines(one.run, one.rows, false).map(line => ({ ...line, behind: true }))
      ),
      ...this._best(run, rows, alone)
    ];
    const validation = last?.metrics['val_loss'];
    const held = validation === undefined ? '' : `, validation loss ${formatLoss(validation)}`;
    const loss = last ? `, last training loss ${formatLoss(last.metrics['loss'])}${held}` : '';
    return {
      lines,
      points: rows.length,
      drawn: true,
      marks: eventMarks(run, 0, Infinity, step => this._place(run, rows, step)).filter(({ x }) =>
        Number.isFinite(x)
      ),
      ...(rows.length ? { band: this._band(run, rows, alone) } : {}),
      view: this._axis.value,
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
        x: this._x(rows),
        y: Float32Array.from(rows, row => row.metrics[metric] ?? NaN),
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
            x: this._x([best]),
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
      x: this._x(rows),
      low: Float32Array.from(rows, row => row.low ?? NaN),
      high: Float32Array.from(rows, row => row.high ?? NaN),
      colour: runColour(run.colour),
      name: '80 % of the steps',
      unlisted: !alone,
      ...(alone ? {} : { group: run.id })
    };
  }

  private _x(rows: EpochRow[]): Float64Array {
    return this._axis.value === 'step'
      ? Float64Array.from(rows, row => row.first_step + row.steps)
      : Float64Array.from(rows, row => row.epoch);
  }

  /** Where a number of steps lies on the axis: an epoch's mean stands at its end. */
  private _place(run: RunState, rows: EpochRow[], step: number): number {
    if (this._axis.value === 'step') {
      return step;
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
      columns: ['run', 'epoch', 'first step', 'steps', ...names],
      rows: all.flatMap(one =>
        one.rows.map(row => [
          one.run.name,
          row.epoch,
          row.first_step + 1,
          row.steps,
          ...names.map(name => row.metrics[name] ?? '')
        ])
      )
    };
  }
}
