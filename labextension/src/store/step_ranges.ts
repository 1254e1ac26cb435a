/**
 * Steps that a page does not hold: requested from the kernel, which answers while it trains.
 */

import { trans } from '../i18n/translation';
import { bucketLine, decimate, join, share, type Line } from '../series/decimate';
import { pointsLine, sparseBucketLine, type Points } from '../series/sparse_series';
import type { Range, RangeRequest } from '../messages';
import { trySend, type Channel } from '../transport/channel';
import { BufferReader, readPart, type Steps } from './series_parts';

/** The number of cached responses; each has at most a megabyte. */
const MOST_CACHED = 16;

/** Delay before an unanswered request is sent again. */
const RETRY_MS = 5000;

/**
 * A range whose end moves is requested again after this time, or after this time per value, whichever is
 * longer: at most 100 KB a second.
 */
const RENEW_MS = 1000;
const RENEW_MS_EACH = 0.04;

/** Ten times what smoothing a value costs the kernel. */
const SMOOTHING_MS_EACH = 0.001;

/** The maximum number of values in a response: a megabyte. */
const MOST_AT_ONCE = 1 << 18;

/** The number of attempts to read a part. */
const MOST_TRIES = 3;

export class StepRanges {
  private _known = new Map<string, Steps>();
  private _asked = new Map<string, { number: number; time: number; kind: string }>();
  /** By run, start and points: the last request, and the last one that was answered. */
  private _growing = new Map<string, { time: number; answered?: string }>();
  /** By the number of the request, what takes the response. */
  private _reading = new Map<number, (steps: Steps) => void>();
  private _number = 0;
  private _timer = 0;
  private _unsubscribe: () => void;

  /** @param _onChange called with a series' name when a response has arrived. */
  constructor(
    private readonly _page: string,
    private readonly _channel: Channel,
    private readonly _onChange: (series: string) => void
  ) {
    this._unsubscribe = _channel.onMessage((message, buffers) => {
      if (message.type === 'range' && message.page === _page) {
        this._take(message, buffers);
      }
    });
  }

  /**
   * The steps `start` to `stop` of a run's series, or undefined until the kernel has answered.
   *
   * Request only steps that have been taken: responses are cached. If only `stop` has moved since a
   * moment ago, this returns the steps up to the earlier stop.
   *
   * @param points up to this many steps come raw; of more, the extremes of this many buckets.
   * @param smoothing the weight of the past in an average of the steps; 0 for the raw steps.
   */
  get(
    run: string,
    series: string,
    start: number,
    stop: number,
    points: number,
    smoothing = 0
  ): Steps | undefined {
    const key = `${run} ${series} ${start} ${stop} ${points} ${smoothing}`;
    const known = this._known.get(key);
    if (known) {
      // The map is in order of use, so that the first entry is the one to evict.
      this._known.delete(key);
      this._known.set(key, known);
      return known;
    }
    const now = performance.now();
    const kind = `${run} ${series} ${start} ${points} ${smoothing > 0}`;
    const before = this._growing.get(kind);
    const asked = this._asked.get(key);
    const cost =
      smoothing > 0
        ? (stop - start) * SMOOTHING_MS_EACH
        : Math.min(stop - start, points) * RENEW_MS_EACH;
    const pause = before ? before.time + Math.max(RENEW_MS, cost) - now : 0;
    const soon = pause > 0;
    if (!asked && soon && !this._timer) {
      // Even if nothing else changes by then.
      this._timer = window.setTimeout(() => {
        this._timer = 0;
        this._onChange(series);
      }, pause);
    }
    if (asked ? now - asked.time > RETRY_MS : !soon) {
      const number = ++this._number;
      this._asked.set(key, { number, time: now, kind });
      this._growing.delete(kind);
      this._growing.set(kind, { ...before, time: now });
      this._send({ number, run, series, start, stop, points, smoothing });
      // Even if nothing else changes by then.
      window.setTimeout(() => {
        if (this._asked.get(key)?.number === number) {
          this._onChange(series);
        }
      }, RETRY_MS + 1);
    }
    return before?.answered === undefined ? undefined : this._known.get(before.answered);
  }

  /** The kernel has answered, perhaps for the first time: earlier requests may be lost. */
  forgetRequests(): void {
    for (const { kind } of this._asked.values()) {
      this._growing.delete(kind);
    }
    this._asked.clear();
  }

  /**
   * Every value of these steps of a series, however many, requested in parts.
   *
   * Rejects if the kernel does not answer, or no longer has the run.
   */
  async read(run: string, series: string, start: number, stop: number): Promise<Float32Array> {
    const values = new Float32Array(stop - start);
    for (let at = start; at < stop; at += MOST_AT_ONCE) {
      const to = Math.min(at + MOST_AT_ONCE, stop);
      const { rawStart, raw } = await this._part(run, series, at, to);
      if (rawStart !== at || raw.length !== to - at) {
        throw new Error(trans.__('The kernel no longer has all of the steps %1 to %2.', at, to));
      }
      values.set(raw, at - start);
    }
    return values;
  }

  /**
   * Every value at these steps of a series with values at some, up to index `before`. Ranges with too
   * many values for one response are halved.
   */
  async readSparse(
    run: string,
    series: string,
    start: number,
    stop: number,
    before: number
  ): Promise<Points[]> {
    const { sparse } = await this._part(run, series, start, stop);
    if (!sparse) {
      throw new Error(trans.__('The kernel has a value of %1 for every step.', series));
    }
    if (sparse.buckets.steps.length > 0 && stop - start > 1) {
      const middle = Math.floor((start + stop) / 2);
      return [
        ...(await this.readSparse(run, series, start, middle, before)),
        ...(await this.readSparse(run, series, middle, stop, before))
      ];
    }
    const count = Math.max(before - sparse.rawStart, 0);
    return [{ steps: sparse.steps.subarray(0, count), values: sparse.raw.subarray(0, count) }];
  }

  dispose(): void {
    window.clearTimeout(this._timer);
    this._unsubscribe();
  }

  private _send(request: Omit<RangeRequest, 'type' | 'page'>): void {
    trySend(this._channel, { type: 'range', page: this._page, ...request });
  }

  private async _part(run: string, series: string, start: number, stop: number): Promise<Steps> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const number = ++this._number;
      const answer = new Promise<Steps | undefined>(resolve => {
        this._reading.set(number, resolve);
        window.setTimeout(() => {
          this._reading.delete(number);
          resolve(undefined);
        }, RETRY_MS);
      });
      this._send({ number, run, series, start, stop, points: MOST_AT_ONCE, smoothing: 0 });
      const steps = await answer;
      if (steps) {
        return steps;
      }
    }
    throw new Error(trans.__('The kernel does not answer.'));
  }

  /** The kernel has answered. */
  private _take(message: Range, buffers: DataView[]): void {
    const reading = this._reading.get(message.number);
    if (reading) {
      this._reading.delete(message.number);
      reading(readPart(message.part, new BufferReader(buffers)));
      return;
    }
    for (const [key, { number, kind, time }] of this._asked) {
      if (number === message.number) {
        this._asked.delete(key);
        this._known.set(key, readPart(message.part, new BufferReader(buffers)));
        this._growing.set(kind, { time, ...this._growing.get(kind), answered: key });
      }
    }
    for (const kind of this._growing.keys()) {
      if (this._growing.size <= MOST_CACHED) {
        break;
      }
      this._growing.delete(kind);
    }
    for (const key of this._known.keys()) {
      if (this._known.size <= MOST_CACHED) {
        break;
      }
      this._known.delete(key);
    }
    this._onChange(message.part.name);
  }
}

/** The line through steps, for a plot with this many columns; x is the step. */
export function stepsLine(steps: Steps, columns: number): Line {
  const { sparse } = steps;
  if (sparse) {
    const { buckets, steps: places, raw } = sparse;
    return join(sparseBucketLine(buckets, columns), pointsLine(places, raw, columns));
  }
  const { buckets, raw, rawStart } = steps;
  const old = buckets.width * buckets.minimum.length;
  const part = (count: number): number => share(columns, count, old + raw.length);
  return join(bucketLine(buckets, part(old)), decimate(raw, rawStart, part(raw.length)));
}
