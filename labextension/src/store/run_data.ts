/**
 * What a page holds of one run.
 */

import type { EarlierRun, Progress, RunState } from '../messages';
import { StepSeries } from '../series/step_series';
import { Track } from '../series/track';
import { pageBudget } from './budget';
import { EpochRows } from './epoch_rows';

/** The series that every run has. */
export const LOSS = 'loss';

export class RunData {
  readonly epochs = new EpochRows();
  /** Seconds since the run started, by steps taken. */
  readonly times = new Track();
  /** The learning rate of the step that follows so many steps taken. */
  readonly learningRates = new Track();
  /** The loss of its last step. */
  last: number | null = null;
  /** The least loss of all its steps. */
  best: number | null = null;
  private _series = new Map<string, StepSeries>();

  constructor(
    public state: RunState,
    public progress: Progress
  ) {}

  get id(): string {
    return this.state.id;
  }

  /** The values of its steps under this name; empty where there are none. */
  series(name: string): StepSeries {
    let found = this._series.get(name);
    if (!found) {
      found = new StepSeries();
      this._series.set(name, found);
      pageBudget.add(found);
    }
    return found;
  }

  /** It is one that came before the run on the charts: its epochs are enough. */
  becomeEarlier({ run, progress, rows, last, best }: EarlierRun): void {
    this.state = run;
    this.progress = progress;
    this.epochs.reset(rows);
    this.last = last;
    this.best = best;
    this.dispose();
  }

  /** Let go of its steps. */
  dispose(): void {
    this._series.forEach(one => {
      pageBudget.delete(one);
    });
    this._series.clear();
  }
}
