/**
 * The lines of a run's series, of every step or of some, the same way for all charts.
 */

import type { Line } from '../series/decimate';
import type { Steps } from './resolution';
import type { RunData } from './run_data';
import { SeriesSteps } from './series_steps';
import { SparseSteps } from './sparse_steps';
import type { StepRanges } from './step_ranges';

/** Of one series; x is the step's index. What this page does not hold is asked of the kernel. */
export interface SeriesLines {
  /** How many values there are. */
  readonly length: number;
  /** Of these steps, for a plot of so many columns. */
  line(steps: Steps, columns: number): Line;
  /** Of these steps, with the values from `start` on averaged; `weight` is that of the past. */
  smoothed(start: number, shown: Steps, columns: number, weight: number): Line;
}

export function seriesLines(run: RunData, name: string, ranges: StepRanges): SeriesLines {
  return run.isSparse(name)
    ? new SparseSteps(run, name, ranges)
    : new SeriesSteps(run, name, ranges);
}
