/**
 * Steps that a page does not hold itself: asked of the kernel, which answers while it trains.
 */

import { bucketLine, decimate, join, type Buckets, type Line } from '../chart/decimate';
import type { Range, Snapshot, StepWindow } from '../messages';
import { floats, type Channel } from './channel';

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

/** Steps as the kernel gave them: buckets up to `rawStart`, then every value. */
export interface Steps {
  buckets: Buckets;
  rawStart: number;
  raw: Float32Array;
  /** After the last step. */
  stop: number;
}

export class StepRanges {
  private _known = new Map<string, Steps>();
  private _asked = new Map<string, { number: number; time: number; kind: string }>();
  /** By run, start and points: what was asked last, and the last that was answered. */
  private _growing = new Map<string, { time: number; answered?: string }>();
  private _number = 0;
  private _timer = 0;

  /** @param _changed called when an answer has come. */
  constructor(
    private readonly _page: string,
    private readonly _channel: Channel,
    private readonly _changed: () => void
  ) {}

  /**
   * The steps `start` to `stop` of a run, or undefined until the kernel has answered.
   *
   * Ask only for steps that have been taken: what has been answered is never asked again. Where
   * only `stop` has moved on since a moment ago, the steps up to the earlier stop are given.
   *
   * @param points up to so many steps come raw; of more, the extremes of so many buckets.
   * @param smoothing the weight of the past in an average of the steps; 0 for the steps themselves.
   */
  get(run: string, start: number, stop: number, points: number, smoothing = 0): Steps | undefined {
    const key = `${run} ${start} ${stop} ${points} ${smoothing}`;
    const known = this._known.get(key);
    if (known) {
      // The map's order is that of use, so that the first one is the one to forget.
      this._known.delete(key);
      this._known.set(key, known);
      return known;
    }
    const now = performance.now();
    const kind = `${run} ${start} ${points} ${smoothing > 0}`;
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
        this._changed();
      }, pause);
    }
    if (asked ? now - asked.time > RETRY_MS : !soon) {
      const number = ++this._number;
      this._asked.set(key, { number, time: now, kind });
      this._growing.delete(kind);
      this._growing.set(kind, { ...before, time: now });
      const page = this._page;
      this._channel.send({ type: 'range', page, number, run, start, stop, points, smoothing });
    }
    return before?.answered === undefined ? undefined : this._known.get(before.answered);
  }

  dispose(): void {
    window.clearTimeout(this._timer);
  }

  /** The kernel has answered. */
  take(message: Range, buffers: DataView[]): void {
    for (const [key, { number, kind, time }] of this._asked) {
      if (number === message.number) {
        this._asked.delete(key);
        this._known.set(key, readSteps(message, buffers));
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
    this._changed();
  }
}

/** Steps from a message and its buffers. */
export function readSteps(message: Range | Snapshot | StepWindow, buffers: DataView[]): Steps {
  const raw = floats(buffers[2]);
  return {
    buckets: {
      start: message.start,
      width: message.width,
      minimum: floats(buffers[0]),
      maximum: floats(buffers[1])
    },
    rawStart: message.raw_start,
    raw,
    stop: message.raw_start + raw.length
  };
}

/** The line through steps, for a plot of so many columns. */
export function stepsLine(steps: Steps, columns: number): Line {
  return join(bucketLine(steps.buckets), decimate(steps.raw, steps.rawStart, columns));
}
