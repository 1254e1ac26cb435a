/**
 * The data of one run on this page.
 */

import type { EarlierRun, Progress, RunState, Status } from '../messages';
import { SparseSeries } from '../series/sparse_series';
import { StepSeries } from '../series/step_series';
import { PiecewiseLinear } from '../series/piecewise_linear';
import { pageBudget, type Holder } from './budget';
import { EpochRows } from './epoch_rows';

/** The series that every run has. */
export const LOSS = 'loss';

/** Series of the steps that are no metrics, where a run has them. */
export const GRADIENT_NORM = 'gradient_norm';
export const LEARNING_RATE = 'learning_rate';

const LIVE: readonly Status[] = ['queued', 'running', 'paused'];

/** Whether a run has not ended. */
export function isLive({ status }: { status: Status }): boolean {
  return LIVE.includes(status);
}

export class RunData {
  readonly epochs = new EpochRows();
  /** Seconds since the run started, by step count. */
  readonly times = new PiecewiseLinear();
  /** The learning rate of the next step, by step count. */
  readonly learningRates = new PiecewiseLinear();
  /** The loss of the last step. */
  last: number | null = null;
  /** The lowest loss of all steps. */
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
    return isLive(this.state);
  }

  /** The series with this name and one value per step; empty if there is none. */
  series(name: string): StepSeries {
    return held(this._series, name, () => new StepSeries());
  }

  /** The series with this name and values at some steps; empty if there is none. */
  sparse(name: string): SparseSeries {
    return held(this._sparse, name, () => new SparseSeries());
  }

  /** Whether a series has values at some steps only. */
  isSparse(name: string): boolean {
    const described = this.state.series.find(series => series.name === name);
    return described !== undefined && described.kind !== 'step';
  }

  /** It is no longer the followed run, so its epochs are enough. */
  becomeEarlier({ run, progress, rows, last, best }: EarlierRun): void {
    this.state = run;
    this.progress = progress;
    this.epochs.reset(rows);
    this.last = last;
    this.best = best;
    this.dispose();
  }

  /** Release the steps of all but these series. */
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

/** The series with this name; a new one counts towards the page's budget. */
function held<T extends Holder>(all: Map<string, T>, name: string, make: () => T): T {
  let found = all.get(name);
  if (!found) {
    found = make();
    all.set(name, found);
    pageBudget.add(found);
  }
  return found;
}
