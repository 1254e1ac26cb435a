/**
 * The runs of one lab as this page knows them, and who hears of their changes.
 */

import type { Append, Snapshot, Status } from '../messages';
import { doubles, floats, type Channel } from '../transport/channel';
import type { Receiver } from '../transport/link';
import { pageBudget } from './budget';
import { LOSS, RunData } from './run_data';
import { Slices, type Slice } from './slices';
import { readSteps, StepRanges } from './step_ranges';

/** More knots than the kernel keeps: a snapshot brings fewer for the same lines. */
const MOST_KNOTS = 4096;

const STEPS: Slice[] = ['progress', `series:${LOSS}`];
const EVERYTHING: Slice[] = [...STEPS, 'run', 'epochs', 'earlier'];

/** What charts and views read. */
export interface Runs {
  /** The run that is followed; null before the first. */
  readonly followed: RunData | null;
  /** Those before it, oldest first. */
  readonly earlier: readonly RunData[];
  /** Steps that the page does not hold itself. */
  readonly ranges: StepRanges;
}

export class RunStore implements Runs, Receiver {
  /** By its id, every run that is shown. */
  readonly runs = new Map<string, RunData>();
  readonly slices = new Slices();
  readonly ranges: StepRanges;
  private _followed = '';
  private _earlier: RunData[] = [];

  /**
   * @param page what the kernel calls this page.
   * @param channel the way to it.
   */
  constructor(page: string, channel: Channel) {
    this.ranges = new StepRanges(page, channel, () => {
      this.slices.emit([`series:${LOSS}`]);
    });
  }

  get followed(): RunData | null {
    return this.runs.get(this._followed) ?? null;
  }

  get earlier(): readonly RunData[] {
    return this._earlier;
  }

  get status(): Status | undefined {
    return this.followed?.state.status;
  }

  get overfull(): boolean {
    const run = this.followed;
    return !!run && Math.max(run.times.length, run.learningRates.length) > MOST_KNOTS;
  }

  takeSnapshot(message: Snapshot, buffers: DataView[]): void {
    const { run: state, progress } = message;
    this.ranges.askAnew();
    this._earlier = message.earlier.map(one => {
      const run = this.runs.get(one.run.id) ?? new RunData(one.run, one.progress);
      run.becomeEarlier(one);
      return run;
    });
    const followed =
      state && progress ? (this.runs.get(state.id) ?? new RunData(state, progress)) : undefined;
    if (followed && state && progress) {
      const { buckets, rawStart, raw } = readSteps(message, buffers);
      followed.state = state;
      followed.progress = progress;
      followed.epochs.reset(message.rows);
      followed.series(LOSS).reset(buckets, rawStart, raw);
      followed.times.reset(doubles(buffers[3]));
      followed.learningRates.reset(doubles(buffers[4]));
      followed.best = message.best;
      followed.last = followed.series(LOSS).last ?? null;
    }
    this._keep(followed);
    this.slices.emit(EVERYTHING);
  }

  takeAppend(message: Append, buffers: DataView[]): boolean {
    const run = this.followed;
    if (!run || message.run !== run.id || !takeSteps(run, message, buffers)) {
      return false;
    }
    pageBudget.keep();
    const { progress, rows = [], times = [], learning_rates = [], learning_rate, state } = message;
    run.progress = progress;
    run.last = run.series(LOSS).last ?? null;
    run.epochs.append(rows);
    run.times.append(times);
    run.times.extend(progress.step, progress.seconds);
    run.learningRates.append(learning_rates);
    if (learning_rate !== undefined) {
      run.learningRates.extend(progress.step, learning_rate);
    }
    run.state = state ?? run.state;
    this.slices.emit([
      ...STEPS,
      ...(rows.length ? (['epochs'] as const) : []),
      ...(state ? (['run'] as const) : [])
    ]);
    return true;
  }

  dispose(): void {
    this.ranges.dispose();
    this._earlier = [];
    this._keep(undefined);
  }

  /** From now on these are the runs: the earlier ones and the one that is followed. */
  private _keep(followed: RunData | undefined): void {
    const kept = [...this._earlier, ...(followed ? [followed] : [])];
    for (const run of this.runs.values()) {
      if (!kept.includes(run)) {
        run.dispose();
      }
    }
    this.runs.clear();
    kept.forEach(run => this.runs.set(run.id, run));
    this._followed = followed?.id ?? '';
  }
}

/** Take the steps of an append; false where it does not continue what is here. */
function takeSteps(run: RunData, { start, window }: Append, buffers: DataView[]): boolean {
  const series = run.series(LOSS);
  if (window) {
    if (start !== series.length) {
      return false;
    }
    const { buckets, rawStart, raw } = readSteps(window, buffers);
    series.reset(buckets, rawStart, raw);
    run.best = window.best;
    return true;
  }
  const losses = floats(buffers[0]);
  if (!series.append(start, losses)) {
    return false;
  }
  for (const loss of losses) {
    if (Number.isFinite(loss) && !(loss >= (run.best ?? Infinity))) {
      run.best = loss;
    }
  }
  return true;
}
