/**
 * A series with values at some steps: from this page as far as it holds them, else from the kernel.
 */

import { join, type Line } from '../series/decimate';
import { lowerBound } from '../series/search';
import { smooth } from '../series/smoothing';
import { pointsLine, type SparseSeries } from '../series/sparse_series';
import { FINE, NOTHING, POINTS, WARM_UP, type Steps } from './resolution';
import type { RunData } from './run_data';
import { stepsLine, type StepRanges } from './step_ranges';

export class SparseSteps {
  private readonly _series: SparseSeries;

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
    this._series = _run.sparse(_name);
  }

  /** The number of values. */
  get length(): number {
    return this._series.length;
  }

  /** The line through the values at these steps, for a plot with this many columns. */
  line({ start, stop }: Steps, columns: number): Line {
    const { _run: run, _name: name, _series: series, _ranges: ranges } = this;
    const enough = series.count(start, stop) / Math.min(columns, FINE);
    if (start > series.rawStep || series.widest(start, stop) <= enough) {
      return series.line(start, stop, columns);
    }
    // A step can have several values, some of which are in a bucket.
    const older = ranges.get(run.id, name, start, Math.min(stop, series.rawStep + 1), POINTS);
    if (!older) {
      return series.line(start, stop, columns);
    }
    const newer = series.points(start, stop, older.stop);
    return join(stepsLine(older, columns), pointsLine(newer.steps, newer.values, columns));
  }

  /** The smoothed line of `shown`: an average over values, however far apart their steps are. */
  smoothed(start: number, shown: Steps, columns: number, weight: number): Line {
    const { _run: run, _name: name, _series: series, _ranges: ranges } = this;
    const begin = Math.max(start, series.stepBack(shown.start, WARM_UP));
    if (series.rawStart > 0 && begin <= series.rawStep) {
      const found = ranges.get(run.id, name, begin, shown.stop, POINTS, weight);
      return found ? cutAt(stepsLine(found, columns), shown.start) : NOTHING;
    }
    const { steps, values } = series.points(begin, shown.stop);
    const cut = lowerBound(steps, shown.start);
    return pointsLine(steps.subarray(cut), smooth(values, weight).subarray(cut), columns);
  }
}

/** The part of a line from a step onwards. */
function cutAt({ x, y }: Line, step: number): Line {
  const cut = lowerBound(x, step);
  return { x: x.subarray(cut), y: y.subarray(cut) };
}
