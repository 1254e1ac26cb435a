/**
 * A series with one value per step: from this page as far as it holds them, else from the kernel.
 */

import { decimate, join, type Line } from '../series/decimate';
import { smooth } from '../series/smoothing';
import type { StepSeries } from '../series/step_series';
import { FINE, NOTHING, POINTS, WARM_UP, type Steps } from './resolution';
import type { RunData } from './run_data';
import { stepsLine, type StepRanges } from './step_ranges';

/** The page fetches and smooths up to this many steps itself; the kernel smooths longer ranges. */
const MOST_SMOOTHED = 1 << 18;

export class SeriesSteps {
  private readonly _series: StepSeries;

  /**
   * @param _run the run.
   * @param _name of the series.
   * @param _ranges requests what the page does not hold.
   */
  constructor(
    private readonly _run: RunData,
    private readonly _name: string,
    private readonly _ranges: StepRanges
  ) {
    this._series = _run.series(_name);
  }

  /** The number of values. */
  get length(): number {
    return this._series.length;
  }

  /** The steps of an epoch, or undefined if they are unknown. */
  ofEpoch(epoch: number): Steps | undefined {
    const { state, epochs, progress } = this._run;
    if (epoch < 1 || epoch > progress.epoch) {
      return undefined;
    }
    if (epoch === progress.epoch) {
      return { start: progress.epoch_start, stop: this._series.length };
    }
    const row = epochs.all.find(({ epoch: number }) => number === epoch);
    if (row) {
      return { start: row.first_step, stop: row.first_step + row.steps };
    }
    // A run with thousands of epochs does not have all its rows here.
    const each = state.steps_per_epoch;
    return each ? { start: (epoch - 1) * each, stop: epoch * each } : undefined;
  }

  /** The line through these steps, for a plot with this many columns; x is the step. */
  line({ start, stop }: Steps, columns: number): Line {
    const { _run: run, _name: name, _series: series, _ranges: ranges } = this;
    const enough = (stop - start) / Math.min(columns, FINE);
    const fine = series.begin <= start && series.widest(start, stop) <= enough;
    if (start >= series.rawStart || fine) {
      return series.line(start, stop, columns);
    }
    const between = Math.min(stop, series.rawStart);
    const steps = ranges.get(run.id, name, start, between, POINTS);
    if (!steps) {
      return series.begin < stop ? series.line(start, stop, columns) : NOTHING;
    }
    const older = stepsLine(steps, columns);
    return stop > steps.stop ? join(older, series.line(steps.stop, stop, columns)) : older;
  }

  /** The smoothed line of `shown`, averaged from `start` on. */
  smoothed(start: number, shown: Steps, columns: number, weight: number): Line {
    const { _run: run, _name: name, _series: series, _ranges: ranges } = this;
    const begin = Math.max(start, shown.start - WARM_UP);
    const between = Math.min(shown.stop, series.rawStart);
    if (between - begin > MOST_SMOOTHED) {
      const steps = ranges.get(run.id, name, begin, shown.stop, POINTS, weight);
      return steps ? stepsLine(steps, columns) : NOTHING;
    }
    const [from, values] = this.raw({ start: begin, stop: shown.stop });
    const cut = Math.max(shown.start, from);
    const smoothed = smooth(values, weight).subarray(cut - from, Math.max(shown.stop, cut) - from);
    return decimate(smoothed, cut, columns);
  }

  /** The raw values of these steps, and the first step that has one. */
  raw({ start, stop }: Steps): [number, Float32Array] {
    const { _run: run, _name: name, _series: series, _ranges: ranges } = this;
    const between = Math.min(stop, series.rawStart);
    const held = series.raw(Math.max(start, between), stop);
    if (start >= between || between - start > MOST_SMOOTHED) {
      return [Math.max(start, between), held];
    }
    const older = ranges.get(run.id, name, start, between, MOST_SMOOTHED);
    if (!older) {
      return [between, held];
    }
    if (older.stop < between) {
      // Steps are taken faster than they are sent; the rest will follow.
      return [start, older.raw];
    }
    const values = new Float32Array(older.raw.length + held.length);
    values.set(older.raw);
    values.set(held, older.raw.length);
    return [start, values];
  }
}
