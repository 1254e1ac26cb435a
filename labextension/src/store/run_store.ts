/**
 * The runs of one lab on this page, and the listeners for their changes.
 */

import type { Append, SeriesNews, Snapshot, Status } from '../messages';
import { doubles, floats, type Channel } from '../transport/channel';
import type { Receiver } from '../transport/link';
import { pageBudget } from './budget';
import { LOSS, RunData } from './run_data';
import { Slices, type Slice } from './slices';
import { buffersOf, BufferReader, readPart, type Steps } from './series_parts';
import { StepRanges } from './step_ranges';

/** More knots than the kernel keeps: a snapshot has fewer for the same lines. */
const MOST_KNOTS = 4096;

const EVERYTHING: Slice[] = ['progress', 'run', 'epochs', 'earlier'];

/** The runs that charts and views read. */
export interface Runs {
  /** The followed run; null before the first. */
  readonly followed: RunData | null;
  /** The earlier runs, oldest first. */
  readonly earlier: readonly RunData[];
  /** Steps that the page does not hold. */
  readonly ranges: StepRanges;
}

export class RunStore implements Runs, Receiver {
  /** All shown runs by id. */
  readonly runs = new Map<string, RunData>();
  readonly slices: Slices;
  readonly ranges: StepRanges;
  private _followed = '';
  private _earlier: RunData[] = [];

  /**
   * @param page this page's id.
   * @param channel the connection to the kernel.
   * @param onWatch called when the set of watched series changes.
   */
  constructor(page: string, channel: Channel, onWatch?: () => void) {
    this.slices = new Slices(onWatch);
    this.ranges = new StepRanges(page, channel, series => {
      this.slices.emit([`series:${series}`]);
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

  /** The series on view; the loss always is. */
  get shown(): readonly string[] {
    return [...new Set([LOSS, ...this.slices.series])];
  }

  get overfull(): boolean {
    const run = this.followed;
    return !!run && Math.max(run.times.length, run.learningRates.length) > MOST_KNOTS;
  }

  /** @param whole take also the series that nobody looks at yet: no kernel will send them again. */
  takeSnapshot(message: Snapshot, buffers: DataView[], whole = false): void {
    const { run: state, progress } = message;
    this.ranges.forgetRequests();
    this._earlier = message.earlier.map(one => {
      const run = this.runs.get(one.run.id) ?? new RunData(one.run, one.progress);
      run.becomeEarlier(one);
      return run;
    });
    const followed =
      state && progress ? (this.runs.get(state.id) ?? new RunData(state, progress)) : undefined;
    const reader = new BufferReader(buffers);
    if (followed && state && progress) {
      followed.state = state;
      followed.progress = progress;
      followed.epochs.reset(message.rows);
      followed.times.reset(doubles(reader.next()));
      followed.learningRates.reset(doubles(reader.next()));
      // Series that are not on view would only become outdated.
      followed.dispose(this.shown);
      for (const part of message.series) {
        const steps = readPart(part, reader);
        if (whole || this.shown.includes(part.name)) {
          take(followed, part.name, steps, part.best);
        }
      }
      followed.last = followed.series(LOSS).last ?? null;
    }
    this._keep(followed);
    pageBudget.enforce();
    this.slices.emit([...EVERYTHING, ...this.shown.map(name => `series:${name}` as const)]);
  }

  takeAppend(message: Append, buffers: DataView[]): boolean {
    const run = this.followed;
    const reader = new BufferReader(buffers);
    if (!run || message.run !== run.id || !this._takeNews(run, message.series, reader)) {
      return false;
    }
    pageBudget.enforce();
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
      'progress',
      ...message.series.map(({ name }) => `series:${name}` as const),
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

  /** Take new values of the shown series; false if they do not continue the present ones. */
  private _takeNews(run: RunData, news: readonly SeriesNews[], buffers: BufferReader): boolean {
    const { shown } = this;
    const changes: (() => void)[] = [];
    for (const one of news) {
      const { part } = one;
      if (!shown.includes(one.name)) {
        buffers.skip(buffersOf(one));
        continue;
      }
      const sparse = part?.sparse ?? one.sparse ?? false;
      if (one.start !== (sparse ? run.sparse(one.name) : run.series(one.name)).length) {
        return false;
      }
      if (part) {
        const steps = readPart(part, buffers);
        changes.push(() => {
          take(run, one.name, steps, part.best);
        });
      } else {
        const values = floats(buffers.next());
        const places = sparse ? doubles(buffers.next()) : undefined;
        changes.push(() => {
          add(run, one, values, places);
        });
      }
    }
    changes.forEach(change => {
      change();
    });
    return true;
  }

  /** Keep only the earlier runs and the followed one. */
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

/** Replace all values of a series. */
function take(run: RunData, name: string, steps: Steps, best: number | null): void {
  if (steps.sparse) {
    run.sparse(name).reset(steps.sparse);
    return;
  }
  run.series(name).reset(steps.buckets, steps.rawStart, steps.raw);
  if (name === LOSS) {
    run.best = best;
  }
}

/** Add values to the end of a series; `places` are their steps if it has values at some steps only. */
function add(
  run: RunData,
  { name, start }: SeriesNews,
  values: Float32Array,
  places: Float64Array | undefined
): void {
  if (places) {
    run.sparse(name).append(start, places, values);
    return;
  }
  run.series(name).append(start, values);
  if (name === LOSS) {
    for (const loss of values) {
      if (Number.isFinite(loss) && !(loss >= (run.best ?? Infinity))) {
        run.best = loss;
      }
    }
  }
}
