/**
 * The lines of a run's series, with values at every step or at some, in one way for all charts.
 */

import type { Line } from '../series/decimate';
import type { Steps } from './resolution';
import type { RunData } from './run_data';
import { SeriesSteps } from './series_steps';
import { SparseSteps } from './sparse_steps';
import type { StepRanges } from './step_ranges';

/** The lines of a series; x is the step. Values that this page does not hold are requested. */
export interface SeriesLines {
  /** The number of values. */
  readonly length: number;
  /** The line through these steps, for a plot with this many columns. */
  line(steps: Steps, columns: number): Line;
  /** The smoothed line of `shown`: an average of the values since `start`; `weight` is the past's. */
  smoothed(start: number, shown: Steps, columns: number, weight: number): Line;
}

export function seriesLines(run: RunData, name: string, ranges: StepRanges): SeriesLines {
  return run.isSparse(name)
    ? new SparseSteps(run, name, ranges)
    : new SeriesSteps(run, name, ranges);
}
