/**
 * Follows a run: attach, snapshot, then appends by sequence number; asks anew after every gap.
 *
 * The kernel holds the truth and the page is disposable, so whatever goes wrong has one cure: ask
 * for another snapshot.
 */

import { StepSeries } from '../chart/step_series';
import { Track } from '../chart/track';
import type {
  Append,
  EarlierRun,
  EpochRow,
  Progress,
  RunState,
  Saved,
  Snapshot
} from '../messages';
import { doubles, floats, type Channel } from './channel';
import { StepRanges, readSteps } from './step_ranges';

/** An attach that was not answered is sent again after so long, then after twice that, ... */
const RETRY_MS = 1000;
const MOST_RETRY_MS = 16_000;

/** A question that so long a pause followed has not been answered for about seven seconds. */
const SILENCE_MS = 4000;

/** A live run is never silent so long; then the page asks whether its kernel is still there. */
const QUIET_MS = 5000;
const QUIET_PAUSED_MS = 30_000;

/** Snapshots are asked for no more often than this. */
const ATTACH_MS = 500;

/** The kernel hears so often that its appends are taken, at most; it is patient for ten seconds. */
const SEEN_MS = 3000;

/** More knots than the kernel keeps: a snapshot brings fewer for the same lines. */
const MOST_KNOTS = 4096;

export class RunFeed {
  readonly page = newPageId();
  readonly series = new StepSeries();
  /** Seconds since the run started, by steps taken. */
  readonly times = new Track();
  /** The learning rate of the step that follows so many steps taken. */
  readonly learningRates = new Track();
  run: RunState | null = null;
  progress: Progress | null = null;
  rows: EpochRow[] = [];
  /** The least loss of all steps. */
  best: number | null = null;
  /** The runs before this one, oldest first. */
  earlier: EarlierRun[] = [];
  readonly ranges: StepRanges;

  /** Whether the kernel has answered this page at least once. */
  attached = false;

  /** Whether the kernel leaves questions unanswered: it is gone, or cannot be reached. */
  silent = false;

  private _heard = performance.now();
  private _expecting = 0;
  private _watch = window.setInterval(() => {
    this._askWhenQuiet();
  }, 1000);
  private _sequence = -1;
  private _ended = false;
  private _waiting = false;
  private _retry = 0;
  private _asked = -Infinity;
  private _told = -Infinity;
  private _unsubscribe: () => void;

  /**
   * @param _channel the way to the kernel.
   * @param _changed called after every change, at most a few dozen times a second.
   */
  constructor(
    private readonly _channel: Channel,
    private readonly _changed: () => void
  ) {
    this.ranges = new StepRanges(this.page, _channel, _changed);
    this._unsubscribe = _channel.onMessage((message, buffers) => {
      if (message.type === 'snapshot' && (message.page === this.page || message.page === '')) {
        this._takeSnapshot(message, buffers);
      } else if (message.type === 'append') {
        this._takeAppend(message, buffers);
      } else if (message.type === 'range' && message.page === this.page) {
        this.ranges.take(message, buffers);
      } else if ('page' in message && message.page === this.page) {
        this.answered();
      }
    });
    this._attach();
  }

  /** Nobody looks any more. */
  dispose(): void {
    if (!this._ended) {
      this._end();
      try {
        this._channel.send({ type: 'detach', page: this.page });
      } catch {
        // With its notebook, the way to the kernel may have been closed before the lab.
      }
    }
  }

  private _end(): void {
    this._ended = true;
    this._unsubscribe();
    window.clearTimeout(this._retry);
    window.clearInterval(this._watch);
    this.ranges.dispose();
  }

  /** Show what was saved with the notebook, unless the kernel has answered already. */
  showSaved({ message, buffers }: Saved): void {
    if (!this.attached) {
      this._fill(message, buffers);
      this._changed();
    }
  }

  /** The kernel is known to be gone. */
  lose(): void {
    this._end();
    this.silent = true;
    this._changed();
  }

  /** The kernel has been told something to which it should answer. */
  expectAnswer(): void {
    this._expecting ||= performance.now();
  }

  /** The kernel has answered with something else than numbers. */
  answered(): void {
    this._expecting = 0;
  }

  private _askWhenQuiet(): void {
    const status = this.run?.status;
    const live = status === 'running' || status === 'paused' || status === 'queued';
    const patience = status === 'running' ? QUIET_MS : QUIET_PAUSED_MS;
    const now = performance.now();
    const unanswered = this._expecting > 0 && now - this._expecting > QUIET_MS;
    if (!this._waiting && ((live && now - this._heard > patience) || unanswered)) {
      this._attach();
    }
  }

  private _attach(delay = RETRY_MS): void {
    window.clearTimeout(this._retry);
    this._waiting = true;
    if (delay >= SILENCE_MS && !this.silent) {
      this.silent = true;
      this._changed();
    }
    this._asked = performance.now();
    this._channel.send({ type: 'attach', page: this.page });
    this._retry = window.setTimeout(() => {
      this._attach(Math.min(2 * delay, MOST_RETRY_MS));
    }, delay);
  }

  private _attachAnew(): void {
    if (this._waiting) {
      return;
    }
    this._waiting = true;
    const pause = Math.max(0, this._asked + ATTACH_MS - performance.now());
    window.clearTimeout(this._retry);
    this._retry = window.setTimeout(() => {
      this._attach();
    }, pause);
  }

  private _takeSnapshot(message: Snapshot, buffers: DataView[]): void {
    window.clearTimeout(this._retry);
    this._waiting = false;
    this.attached = true;
    this.silent = false;
    this._heard = performance.now();
    this._expecting = 0;
    this._sequence = message.sequence;
    this._fill(message, buffers);
    this._changed();
  }

  private _fill(message: Snapshot, buffers: DataView[]): void {
    this.run = message.run;
    this.progress = message.progress;
    this.rows = message.rows;
    const { buckets, rawStart, raw } = readSteps(message, buffers);
    this.series.reset(buckets, rawStart, raw);
    this.times.reset(doubles(buffers[3]));
    this.learningRates.reset(doubles(buffers[4]));
    this.best = message.best;
    this.earlier = message.earlier;
  }

  private _takeAppend(message: Append, buffers: DataView[]): void {
    if (this._waiting) {
      return;
    }
    const next = message.run === this.run?.id && message.sequence === this._sequence + 1;
    if (!next || !this._takeSteps(message, buffers)) {
      this._attachAnew();
      return;
    }
    this._heard = performance.now();
    this._expecting = 0;
    this._sequence = message.sequence;
    this.progress = message.progress;
    this.rows = this.rows.concat(message.rows ?? []);
    this.run = message.state ?? this.run;
    this.times.append(message.times ?? []);
    this.times.extend(message.progress.step, message.progress.seconds);
    this.learningRates.append(message.learning_rates ?? []);
    if (message.learning_rate !== undefined) {
      this.learningRates.extend(message.progress.step, message.learning_rate);
    }
    this._sayThatItIsTaken();
    this._changed();
    if (Math.max(this.times.length, this.learningRates.length) > MOST_KNOTS) {
      this._attachAnew();
    }
  }

  /** The steps of an append; false where it does not continue what is here. */
  private _takeSteps({ start, window }: Append, buffers: DataView[]): boolean {
    if (window) {
      if (start !== this.series.length) {
        return false;
      }
      const { buckets, rawStart, raw } = readSteps(window, buffers);
      this.series.reset(buckets, rawStart, raw);
      this.best = window.best;
      return true;
    }
    const losses = floats(buffers[0]);
    for (const loss of losses) {
      if (Number.isFinite(loss) && !(loss >= (this.best ?? Infinity))) {
        this.best = loss;
      }
    }
    return this.series.append(start, losses);
  }

  /** From here and not from a timer: those of a hidden tab come once a minute. */
  private _sayThatItIsTaken(): void {
    const now = performance.now();
    if (now - this._told >= SEEN_MS) {
      this._told = now;
      this._channel.send({ type: 'seen', page: this.page });
    }
  }
}

function newPageId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
