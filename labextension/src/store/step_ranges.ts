/**
 * Steps that a page does not hold itself: asked of the kernel, which answers while it trains.
 */

import { bucketLine, decimate, join, share, type Line } from '../series/decimate';
import { pointsLine, sparseBucketLine, type Points } from '../series/sparse_series';
import type { Range, RangeRequest } from '../messages';
import { trySend, type Channel } from '../transport/channel';
import { BufferReader, readPart, type Steps } from './series_parts';

/** So many answers are kept; each is at most a megabyte. */
const MOST_KEPT = 16;

/** A question that was not answered is asked again after so long. */
const RETRY_MS = 5000;

/**
 * A range whose end moves on is asked for anew after so long, or after so long for each value: 100 KB
 * a second.
 */
const RENEW_MS = 1000;
const RENEW_MS_EACH = 0.04;

/** What is smoothed by the kernel costs it a tenth of this. */
const SMOOTHING_MS_EACH = 0.001;

/** The kernel gives so many values at once, at most: a megabyte. */
const MOST_AT_ONCE = 1 << 18;

/** A part that has not come is asked for again so often. */
const MOST_TRIES = 3;

export class StepRanges {
  private _known = new Map<string, Steps>();
  private _asked = new Map<string, { number: number; time: number; kind: string }>();
  /** By run, start and points: what was asked last, and the last that was answered. */
  private _growing = new Map<string, { time: number; answered?: string }>();
  /** By the question's number, who waits for the answer. */
  private _reading = new Map<number, (steps: Steps) => void>();
  private _number = 0;
  private _timer = 0;
  private _unsubscribe: () => void;

  /** @param _changed called when an answer has come, with the series' name. */
  constructor(
    private readonly _page: string,
    private readonly _channel: Channel,
    private readonly _changed: (series: string) => void
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
   * Ask only for steps that have been taken: what has been answered is never asked again. Where
   * only `stop` has moved on since a moment ago, the steps up to the earlier stop are given.
   *
   * @param points up to so many steps come raw; of more, the extremes of so many buckets.
   * @param smoothing the weight of the past in an average of the steps; 0 for the steps themselves.
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
      // The map's order is that of use, so that the first one is the one to forget.
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
      // Also when nothing else will have changed by then.
      this._timer = window.setTimeout(() => {
        this._timer = 0;
        this._changed(series);
      }, pause);
    }
    if (asked ? now - asked.time > RETRY_MS : !soon) {
      const number = ++this._number;
      this._asked.set(key, { number, time: now, kind });
      this._growing.delete(kind);
      this._growing.set(kind, { ...before, time: now });
      this._send({ number, run, series, start, stop, points, smoothing });
      // Also when nothing else will have changed by then.
      window.setTimeout(() => {
        if (this._asked.get(key)?.number === number) {
          this._changed(series);
        }
      }, RETRY_MS + 1);
    }
    return before?.answered === undefined ? undefined : this._known.get(before.answered);
  }

  /** The kernel speaks, perhaps for the first time: what was asked before may be lost. */
  askAnew(): void {
    for (const { kind } of this._asked.values()) {
      this._growing.delete(kind);
    }
    this._asked.clear();
  }

  /**
   * Every value of these steps of a series, however many, asked for in parts.
   *
   * Rejects where the kernel does not answer, or does not know the run any more.
   */
  async read(run: string, series: string, start: number, stop: number): Promise<Float32Array> {
    const values = new Float32Array(stop - start);
    for (let at = start; at < stop; at += MOST_AT_ONCE) {
      const to = Math.min(at + MOST_AT_ONCE, stop);
      const { rawStart, raw } = await this._part(run, series, at, to);
      if (rawStart !== at || raw.length !== to - at) {
        throw new Error(`The kernel has not all of the steps ${at} to ${to}.`);
      }
      values.set(raw, at - start);
    }
    return values;
  }

  /**
   * Every value at these steps of a series with values at some, as far as their index is less than
   * `before`: asked for in halves where there are too many for one answer.
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
      throw new Error(`The kernel has a value of ${series} for every step.`);
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
    throw new Error('The kernel does not answer.');
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
      if (this._growing.size <= MOST_KEPT) {
        break;
      }
      this._growing.delete(kind);
    }
    for (const key of this._known.keys()) {
      if (this._known.size <= MOST_KEPT) {
        break;
      }
      this._known.delete(key);
    }
    this._changed(message.part.name);
  }
}

/** The line through steps, for a plot of so many columns; x is the step's index. */
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
