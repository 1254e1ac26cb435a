/**
 * The steps of a run's epochs: what this page holds of them, and the rest from the kernel.
 */

import { decimate, join, type Line } from '../chart/decimate';
import { smooth } from '../chart/smoothing';
import type { RunFeed } from './run_feed';
import { stepsLine } from './step_ranges';

/** More buckets than a chart has columns. */
const POINTS = 4096;

/** Buckets in what is shown that are fine enough: two pixels of a wide chart each. */
const FINE = 512;

/** Up to so many steps that this page has not seen come it smoothes itself; more the kernel does. */
const MOST_SMOOTHED = 1 << 18;

/** What lies so many steps back weighs nothing, even with the greatest weight of the past. */
const WARM_UP = 4096;

const NOTHING: Line = { x: new Float64Array(0), y: new Float32Array(0) };

/** Indices in the run's series: of the first step, and after the last. */
export interface Steps {
  start: number;
  stop: number;
}

export class EpochSteps {
  constructor(private readonly _feed: RunFeed) {}

  /** The steps of an epoch, or undefined where nobody knows. */
  of(epoch: number): Steps | undefined {
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

  /** The line through these steps, for a plot of so many columns; x is the step's index. */
  line({ start, stop }: Steps, columns: number): Line {
    const { run, series, ranges } = this._feed;
    const enough = (stop - start) / Math.min(columns, FINE);
    const fine = series.begin <= start && series.widest(start, stop) <= enough;
    if (start >= series.rawStart || fine || !run) {
      return series.line(start, stop, columns);
    }
    const between = Math.min(stop, series.rawStart);
    const steps = ranges.get(run.id, start, between, POINTS);
    if (!steps) {
      return series.begin < stop ? series.line(start, stop, columns) : NOTHING;
    }
    const older = stepsLine(steps, columns);
    return stop > steps.stop ? join(older, series.line(steps.stop, stop, columns)) : older;
  }

  /** The smoothed line of `shown`, with the average beginning where the epoch does. */
  smoothed({ start }: Steps, shown: Steps, columns: number, weight: number): Line {
    const { run, series, ranges } = this._feed;
    const begin = Math.max(start, shown.start - WARM_UP);
    const between = Math.min(shown.stop, series.rawStart);
    if (run && between - begin > MOST_SMOOTHED) {
      const steps = ranges.get(run.id, begin, shown.stop, POINTS, weight);
      return steps ? stepsLine(steps, columns) : NOTHING;
    }
    const [from, values] = this.raw({ start: begin, stop: shown.stop });
    const cut = Math.max(shown.start, from);
    const smoothed = smooth(values, weight).subarray(cut - from, Math.max(shown.stop, cut) - from);
    return decimate(smoothed, cut, columns);
  }

  /** The values of these steps themselves, and the first step of which there is one. */
  raw({ start, stop }: Steps): [number, Float32Array] {
    const { run, series, ranges } = this._feed;
    const between = Math.min(stop, series.rawStart);
    const held = series.raw(Math.max(start, between), stop);
    if (start >= between || between - start > MOST_SMOOTHED || !run) {
      return [Math.max(start, between), held];
    }
    const older = ranges.get(run.id, start, between, MOST_SMOOTHED);
    if (!older) {
      return [between, held];
    }
    if (older.stop < between) {
      // Steps come faster than they can be sent; the rest is on its way.
      return [start, older.raw];
    }
    const values = new Float32Array(older.raw.length + held.length);
    values.set(older.raw);
    values.set(held, older.raw.length);
    return [start, values];
  }
}
