/**
 * "Loss during one epoch": every step of one epoch, with the epoch before it faint behind.
 */

import { decimate, join, type Line } from '../chart/decimate';
import { LineChart, type ChartLine, type Picture, type View } from '../chart/line_chart';
import { runColour } from '../chart/palette';
import { smooth } from '../chart/smoothing';
import type { Progress } from '../messages';
import { eventMarks } from './event_marks';
import { formatCount, formatLoss } from './format';
import type { RunFeed } from './run_feed';
import { stepsLine } from './step_ranges';

export const EMPTY = 'Press Train to see the loss fall.';

/** More buckets than a chart has columns. */
const POINTS = 4096;

/** Up to so many steps of an epoch are smoothed although this page has not seen them come. */
const MOST_SMOOTHED = 1 << 18;

const NOTHING: Line = { x: new Float64Array(0), y: new Float32Array(0) };

interface Steps {
  start: number;
  stop: number;
}

export class StepChart {
  readonly chart: LineChart;
  private _epoch = document.createElement('input');
  private _smoothing = document.createElement('input');

  constructor(private readonly _feed: RunFeed) {
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
      unit: 'step',
      picture: (columns, view) => this._picture(columns, view),
      controls: [labelled('Epoch', this._epoch)],
      options: [labelled('Smoothing', this._smoothing, value)],
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
      return { lines: [], points: 0, summary: run ? 'Waiting for the first step...' : EMPTY };
    }
    const latest = this._latest(progress);
    this._epoch.max = String(latest);
    const epoch = this._chosen(latest);
    const steps = this._steps(epoch);
    if (!steps || steps.stop <= steps.start) {
      const known = epoch <= latest;
      return {
        lines: [],
        points: 0,
        summary: known ? 'Waiting for the first step...' : `Epoch ${epoch} has not begun yet.`
      };
    }
    const count = steps.stop - steps.start;
    const colour = runColour(run.colour);
    const before = this._steps(epoch - 1);
    const weight = Number(this._smoothing.value);
    const name = before || weight > 0 ? `epoch ${epoch}` : 'training';
    const lines: ChartLine[] = [
      { ...this._within(steps, columns, view), name, colour, faint: weight > 0 }
    ];
    if (before) {
      lines.push({
        ...this._within(before, columns, view),
        name: `epoch ${epoch - 1}`,
        colour,
        faint: true,
        behind: true
      });
    }
    if (weight > 0) {
      lines.push({ ...this._smoothed(steps, columns, view, weight), name: 'smoothed', colour });
    }
    const last = epoch === latest ? `, last loss ${formatLoss(series.last)}` : '';
    return {
      lines,
      points: count,
      marks: eventMarks(run, steps.start, steps.stop, step => step - steps.start + 0.5),
      // The axis stands still while the epoch's points arrive.
      ...(run.steps_per_epoch && run.steps_per_epoch > 1
        ? { range: [1, run.steps_per_epoch] as [number, number] }
        : {}),
      view: `${run.id} ${epoch === latest ? 'latest' : String(epoch)}`,
      summary: `${formatCount(count)} steps of epoch ${epoch}${last}.`
    };
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

  /** The steps of an epoch, or undefined where nobody knows. */
  private _steps(epoch: number): Steps | undefined {
    const { run, rows, progress, series } = this._feed;
    if (epoch < 1 || !progress || epoch > progress.epoch) {
      return undefined;
    }
    if (epoch === progress.epoch) {
      return { start: progress.epoch_start, stop: series.length };
    }
    const row = rows.find(one => one.epoch === epoch);
    if (row) {
      return { start: row.first_step, stop: row.first_step + row.steps };
    }
    // Of a run with thousands of epochs not all rows are here.
    const each = run?.steps_per_epoch;
    return each ? { start: (epoch - 1) * each, stop: epoch * each } : undefined;
  }

  /** The part of an epoch that can be seen; x counts from 1 within the epoch. */
  private _within({ start, stop }: Steps, columns: number, view: View): Line {
    const [first, last] = seen(start, stop, view);
    const { x, y } = this._line(first, last, columns);
    return { x: x.map(step => step - start + 1), y };
  }

  private _line(start: number, stop: number, columns: number): Line {
    const { run, series, ranges } = this._feed;
    const fine = series.begin <= start && series.widest(start, stop) <= (stop - start) / columns;
    if (start >= series.rawStart || fine || !run) {
      return series.line(start, stop, columns);
    }
    const between = Math.min(stop, series.rawStart);
    const steps = ranges.get(run.id, start, between, POINTS);
    const coarse = series.begin < between ? series.line(start, between, columns) : NOTHING;
    const older = steps ? stepsLine(steps, columns) : coarse;
    return stop > between ? join(older, series.line(between, stop, columns)) : older;
  }

  private _smoothed({ start, stop }: Steps, columns: number, view: View, weight: number): Line {
    const [from, values] = this._raw(start, stop);
    const [first, last] = seen(start, stop, view);
    const cut = Math.max(first, from);
    const smoothed = smooth(values, weight).subarray(cut - from, Math.max(last, cut) - from);
    const { x, y } = decimate(smoothed, cut, columns);
    return { x: x.map(step => step - start + 1), y };
  }

  /** The values of these steps themselves, and the first step of which there is one. */
  private _raw(start: number, stop: number): [number, Float32Array] {
    const { run, series, ranges } = this._feed;
    const between = Math.min(stop, series.rawStart);
    const held = series.raw(Math.max(start, between), stop);
    if (start >= between || between - start > MOST_SMOOTHED || !run) {
      return [Math.max(start, between), held];
    }
    const older = ranges.get(run.id, start, between, MOST_SMOOTHED)?.raw;
    if (!older) {
      return [between, held];
    }
    const values = new Float32Array(older.length + held.length);
    values.set(older);
    values.set(held, older.length);
    return [start, values];
  }

  private _table(): { columns: string[]; rows: (number | string)[][] } {
    const { progress } = this._feed;
    const epoch = this._chosen(progress ? this._latest(progress) : 1);
    const steps = this._steps(epoch);
    if (!steps) {
      return { columns: ['epoch', 'step', 'loss'], rows: [] };
    }
    const [from, values] = this._raw(steps.start, steps.stop);
    return {
      columns: ['epoch', 'step', 'loss'],
      rows: Array.from(values, (loss, i) => [epoch, from + i + 1, loss])
    };
  }
}

/** The steps of `start` to `stop` that a view shows, and one on each side. */
function seen(start: number, stop: number, view: View): [number, number] {
  if (!view) {
    return [start, stop];
  }
  const first = Math.max(start, start + Math.floor(view[0]) - 2);
  return [Math.min(first, stop), Math.min(stop, Math.max(first, start + Math.ceil(view[1]) + 1))];
}

/** A control with its visible name. */
export function labelled(name: string, ...controls: HTMLElement[]): HTMLElement {
  const label = document.createElement('label');
  label.className = 'lossviz-chart-control';
  const text = document.createElement('span');
  text.textContent = name;
  label.append(text, ...controls);
  return label;
}
