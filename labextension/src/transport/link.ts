/**
 * Keeps a page in touch with its kernel: attach, snapshot, then appends by sequence number.
 *
 * The kernel holds the truth and the page is disposable, so whatever goes wrong has one cure: ask
 * for another snapshot. What messages say is not read here, only whether one follows the other.
 */

import { PROTOCOL, type Append, type FromKernel, type Snapshot, type Status } from '../messages';
import { trySend, type Channel } from './channel';

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

/** What is done with what comes. */
export interface Receiver {
  /** Of the run that is followed. */
  readonly status: Status | undefined;
  /** Take the place of everything. */
  takeSnapshot(message: Snapshot, buffers: DataView[]): void;
  /** Add what is new; false, changing nothing, where it does not continue what is there. */
  takeAppend(message: Append, buffers: DataView[]): boolean;
  /** The series that it wants. */
  readonly shown: readonly string[];
  /** Whether only a snapshot can keep what is there within bounds. */
  readonly overfull: boolean;
}

export class Link {
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
  /** The series that it has asked for. */
  private _series: readonly string[] = [];
  private _told = -Infinity;
  private _unsubscribe: () => void;

  /**
   * @param _page what the kernel calls this page.
   * @param _channel the way to the kernel.
   * @param _receiver takes what comes.
   * @param _answered called after each snapshot that was taken.
   * @param _changed called when the kernel has become silent, or speaks again.
   */
  constructor(
    private readonly _page: string,
    private readonly _channel: Channel,
    private readonly _receiver: Receiver,
    private readonly _answered: () => void,
    private readonly _changed: () => void
  ) {
    this._unsubscribe = _channel.onMessage((message, buffers) => {
      this._take(message, buffers);
    });
    this._attach();
  }

  /** Nobody looks any more. */
  dispose(): void {
    if (!this._ended) {
      this._end();
      // With its notebook, the way to the kernel may have been closed before the lab.
      trySend(this._channel, { type: 'detach', page: this._page });
    }
  }

  /** The kernel is known to be gone. */
  lose(): void {
    this._end();
    this._beSilent(true);
  }

  /** Other series may be shown than those that were asked for. */
  askForShown(): void {
    const news = this._receiver.shown.join() !== this._series.join();
    if (news && this.attached && !this._ended) {
      this._attachAnew();
    }
  }

  /** The kernel has been told something to which it should answer. */
  expectAnswer(): void {
    this._expecting ||= performance.now();
  }

  /** The kernel has answered with something else than numbers. */
  answered(): void {
    this._expecting = 0;
  }

  private _take(message: FromKernel, buffers: DataView[]): void {
    if (message.type === 'snapshot' && (message.page === this._page || message.page === '')) {
      window.clearTimeout(this._retry);
      this._waiting = false;
      this.attached = true;
      this._sequence = message.sequence;
      this._hear();
      this._receiver.takeSnapshot(message, buffers);
      this._answered();
      // Others may be shown since the question, also because of what the answer says.
      this.askForShown();
    } else if (message.type === 'append' && !this._waiting) {
      const next = message.sequence === this._sequence + 1;
      if (!next || !this._receiver.takeAppend(message, buffers)) {
        this._attachAnew();
        return;
      }
      this._sequence = message.sequence;
      this._hear();
      this._sayThatItIsTaken();
      if (this._receiver.overfull) {
        this._attachAnew();
      }
    } else if ('page' in message && message.page === this._page) {
      this.answered();
    }
  }

  private _hear(): void {
    this._heard = performance.now();
    this._expecting = 0;
    this._beSilent(false);
  }

  private _beSilent(silent: boolean): void {
    if (silent !== this.silent) {
      this.silent = silent;
      this._changed();
    }
  }

  private _end(): void {
    this._ended = true;
    this._unsubscribe();
    window.clearTimeout(this._retry);
    window.clearInterval(this._watch);
  }

  private _askWhenQuiet(): void {
    const { status } = this._receiver;
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
    this._asked = performance.now();
    // First of all: whatever happens to this question, there will be another one.
    this._retry = window.setTimeout(() => {
      this._attach(Math.min(2 * delay, MOST_RETRY_MS));
    }, delay);
    const series = [...this._receiver.shown];
    this._series = series;
    trySend(this._channel, { type: 'attach', page: this._page, protocol: PROTOCOL, series });
    if (delay >= SILENCE_MS) {
      this._beSilent(true);
    }
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

  /** From here and not from a timer: those of a hidden tab come once a minute. */
  private _sayThatItIsTaken(): void {
    const now = performance.now();
    if (now - this._told >= SEEN_MS) {
      this._told = now;
      trySend(this._channel, { type: 'seen', page: this._page });
    }
  }
}

/** A name for a page that no other has. */
export function newPageId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
