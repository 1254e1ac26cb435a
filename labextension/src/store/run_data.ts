/**
 * What a page holds of one run.
 */

import type { EarlierRun, Progress, RunState, Status } from '../messages';
import { SparseSeries } from '../series/sparse_series';
import { StepSeries } from '../series/step_series';
import { Track } from '../series/track';
import { pageBudget, type Holder } from './budget';
import { EpochRows } from './epoch_rows';

/** The series that every run has. */
export const LOSS = 'loss';

const LIVE: readonly Status[] = ['queued', 'running', 'paused'];

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
  private _sparse = new Map<string, SparseSeries>();

  constructor(
    public state: RunState,
    public progress: Progress
  ) {}

  get id(): string {
    return this.state.id;
  }

  /** Whether it has not ended. */
  get live(): boolean {
    return LIVE.includes(this.state.status);
  }

  /** The values of its steps under this name; empty where there are none. */
  series(name: string): StepSeries {
    return held(this._series, name, () => new StepSeries());
  }

  /** The values at some steps under this name; empty where there are none. */
  sparse(name: string): SparseSeries {
    return held(this._sparse, name, () => new SparseSeries());
  }

  /** Whether a series has values at some steps only. */
  isSparse(name: string): boolean {
    const described = this.state.series.find(one => one.name === name);
    return described !== undefined && described.kind !== 'step';
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

  /** Let go of its steps, but not of these series. */
  dispose(kept: readonly string[] = []): void {
    for (const all of [this._series, this._sparse]) {
      for (const [name, one] of all) {
        if (!kept.includes(name)) {
          pageBudget.delete(one);
          all.delete(name);
        }
      }
    }
  }
}

/** The one of this name, or a new one, whose room is counted. */
function held<T extends Holder>(all: Map<string, T>, name: string, make: () => T): T {
  let found = all.get(name);
  if (!found) {
    found = make();
    all.set(name, found);
    pageBudget.add(found);
  }
  return found;
}
