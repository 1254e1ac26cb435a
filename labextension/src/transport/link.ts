/**
 * Keeps a page connected to its kernel: attach, snapshot, then appends by sequence number.
 *
 * The kernel holds the truth and the page is disposable, so every failure has the same remedy: request
 * another snapshot. Messages are not interpreted here, only checked for gaps in their sequence.
 */

import { PROTOCOL, type Append, type FromKernel, type Snapshot, type Status } from '../messages';
import { trySend, type Channel } from './channel';

/** Delay before an unanswered attach is sent again; it doubles every time, up to the maximum. */
const RETRY_MS = 1000;
const MOST_RETRY_MS = 16_000;

/** At this retry delay, the kernel has not answered for about seven seconds. */
const SILENCE_MS = 4000;

/** A live run is never quiet for this long; then the page checks that its kernel is still there. */
const QUIET_MS = 5000;
const QUIET_PAUSED_MS = 30_000;

/** The minimum interval between requests for snapshots. */
const ATTACH_MS = 500;

/** Interval at which received appends are confirmed; the kernel waits ten seconds for it. */
const SEEN_MS = 3000;

/** Takes the content of messages. */
export interface Receiver {
  /** The status of the followed run. */
  readonly status: Status | undefined;
  /** Replace everything. */
  takeSnapshot(message: Snapshot, buffers: DataView[]): void;
  /** Add new values; false, changing nothing, if they do not continue the present ones. */
  takeAppend(message: Append, buffers: DataView[]): boolean;
  /** The series it needs. */
  readonly shown: readonly string[];
  /** Whether it holds too much, which a snapshot would reduce. */
  readonly overfull: boolean;
}

export class Link {
  /** Whether the kernel has answered at least once. */
  attached = false;

  /** Whether the kernel does not answer: it is gone, or cannot be reached. */
  silent = false;

  private _lastHeard = performance.now();
  private _expectingSince = 0;
  private _watch = window.setInterval(() => {
    this._checkWhenQuiet();
  }, 1000);
  private _sequence = -1;
  private _ended = false;
  private _waiting = false;
  private _retry = 0;
  private _lastAttach = -Infinity;
  /** The requested series. */
  private _series: readonly string[] = [];
  private _lastConfirmed = -Infinity;
  private _unsubscribe: () => void;

  /**
   * @param _page this page's id.
   * @param _channel the connection to the kernel.
   * @param _receiver takes the content of messages.
   * @param _onSnapshot called after each snapshot.
   * @param _onSilence called when the kernel stops answering, or answers again.
   */
  constructor(
    private readonly _page: string,
    private readonly _channel: Channel,
    private readonly _receiver: Receiver,
    private readonly _onSnapshot: () => void,
    private readonly _onSilence: () => void
  ) {
    this._unsubscribe = _channel.onMessage((message, buffers) => {
      this._take(message, buffers);
    });
    this._attach();
  }

  /** The page no longer needs the kernel. */
  dispose(): void {
    if (!this._ended) {
      this._end();
      // When a notebook closes, its connection may close before the lab.
      trySend(this._channel, { type: 'detach', page: this._page });
    }
  }

  /** The kernel is known to be gone. */
  lose(): void {
    this._end();
    this._setSilent(true);
  }

  /** Request the shown series, if others were requested. */
  askForShown(): void {
    const changed = this._receiver.shown.join() !== this._series.join();
    if (changed && this.attached && !this._ended) {
      this._attachAnew();
    }
  }

  /** The kernel has been sent something that it should answer. */
  expectAnswer(): void {
    this._expectingSince ||= performance.now();
  }

  /** The kernel has answered with something other than numbers. */
  answered(): void {
    this._expectingSince = 0;
  }

  private _take(message: FromKernel, buffers: DataView[]): void {
    if (message.type === 'snapshot' && (message.page === this._page || message.page === '')) {
      window.clearTimeout(this._retry);
      this._waiting = false;
      this.attached = true;
      this._sequence = message.sequence;
      this._noteAnswer();
      this._receiver.takeSnapshot(message, buffers);
      this._onSnapshot();
      // Other series may be shown by now, also because of the snapshot itself.
      this.askForShown();
    } else if (message.type === 'append' && !this._waiting) {
      const next = message.sequence === this._sequence + 1;
      if (!next || !this._receiver.takeAppend(message, buffers)) {
        this._attachAnew();
        return;
      }
      this._sequence = message.sequence;
      this._noteAnswer();
      this._confirm();
      if (this._receiver.overfull) {
        this._attachAnew();
      }
    } else if ('page' in message && message.page === this._page) {
      this.answered();
    }
  }

  private _noteAnswer(): void {
    this._lastHeard = performance.now();
    this._expectingSince = 0;
    this._setSilent(false);
  }

  private _setSilent(silent: boolean): void {
    if (silent !== this.silent) {
      this.silent = silent;
      this._onSilence();
    }
  }

  private _end(): void {
    this._ended = true;
    this._unsubscribe();
    window.clearTimeout(this._retry);
    window.clearInterval(this._watch);
  }

  private _checkWhenQuiet(): void {
    const { status } = this._receiver;
    const live = status === 'running' || status === 'paused' || status === 'queued';
    const patience = status === 'running' ? QUIET_MS : QUIET_PAUSED_MS;
    const now = performance.now();
    const unanswered = this._expectingSince > 0 && now - this._expectingSince > QUIET_MS;
    if (!this._waiting && ((live && now - this._lastHeard > patience) || unanswered)) {
      this._attach();
    }
  }

  private _attach(delay = RETRY_MS): void {
    window.clearTimeout(this._retry);
    this._waiting = true;
    this._lastAttach = performance.now();
    // Before sending: whatever happens to this request, there will be another one.
    this._retry = window.setTimeout(() => {
      this._attach(Math.min(2 * delay, MOST_RETRY_MS));
    }, delay);
    const series = [...this._receiver.shown];
    this._series = series;
    trySend(this._channel, { type: 'attach', page: this._page, protocol: PROTOCOL, series });
    if (delay >= SILENCE_MS) {
      this._setSilent(true);
    }
  }

  private _attachAnew(): void {
    if (this._waiting) {
      return;
    }
    this._waiting = true;
    const pause = Math.max(0, this._lastAttach + ATTACH_MS - performance.now());
    window.clearTimeout(this._retry);
    this._retry = window.setTimeout(() => {
      this._attach();
    }, pause);
  }

  /** Called for messages, not by a timer: in a hidden tab, timers fire once a minute. */
  private _confirm(): void {
    const now = performance.now();
    if (now - this._lastConfirmed >= SEEN_MS) {
      this._lastConfirmed = now;
      trySend(this._channel, { type: 'seen', page: this._page });
    }
  }
}

/** A unique id for a page. */
export function newPageId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
