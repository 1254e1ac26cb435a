/**
 * A series of a run that is not followed: the page holds none of its steps, so all come from the
 * kernel, and of those only as many as one can see.
 */

import { lowerBound } from '../../series/search';
import type { Line } from '../../series/decimate';
import { NOTHING, WARM_UP, type Steps } from '../../store/resolution';
import type { RunData } from '../../store/run_data';
import type { SeriesLines } from '../../store/series_lines';
import { stepsLine, type StepRanges } from '../../store/step_ranges';

/** Buckets; behind the run in front nobody looks closer. */
const POINTS = 1024;

export class EarlierLines implements SeriesLines {
  constructor(
    private readonly _run: RunData,
    private readonly _name: string,
    private readonly _ranges: StepRanges
  ) {}

  get length(): number {
    const { step } = this._run.progress;
    return this._run.isSparse(this._name) ? step + 1 : step;
  }

  line({ start, stop }: Steps, columns: number): Line {
    if (stop <= start) {
      return NOTHING;
    }
    const steps = this._ranges.get(this._run.id, this._name, start, stop, POINTS);
    return steps ? stepsLine(steps, columns) : NOTHING;
  }

  smoothed(start: number, shown: Steps, columns: number, weight: number): Line {
    const begin = Math.max(start, shown.start - WARM_UP);
    if (shown.stop <= begin) {
      return NOTHING;
    }
    const steps = this._ranges.get(this._run.id, this._name, begin, shown.stop, POINTS, weight);
    const { x, y } = steps ? stepsLine(steps, columns) : NOTHING;
    const cut = lowerBound(x, shown.start);
    return { x: x.subarray(cut), y: y.subarray(cut) };
  }
}
