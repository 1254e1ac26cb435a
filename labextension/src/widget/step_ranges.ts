/**
 * Steps that a page does not hold itself: asked of the kernel, which answers while it trains.
 */

import { bucketLine, decimate, join, type Buckets, type Line } from '../chart/decimate';
import type { Range, Snapshot } from '../messages';
import { floats, type Channel } from './channel';

/** So many answers are kept; each is at most a megabyte. */
const MOST_KEPT = 16;

/** A question that was not answered is asked again after so long. */
const RETRY_MS = 5000;

/** Steps as the kernel gave them: buckets up to `rawStart`, then every value. */
export interface Steps {
  buckets: Buckets;
  rawStart: number;
  raw: Float32Array;
}

export class StepRanges {
  private _known = new Map<string, Steps>();
  private _asked = new Map<string, { number: number; time: number }>();
  private _number = 0;

  /** @param _changed called when an answer has come. */
  constructor(
    private readonly _page: string,
    private readonly _channel: Channel,
    private readonly _changed: () => void
  ) {}

  /**
   * The steps `start` to `stop` of a run, or undefined until the kernel has answered.
   *
   * Ask only for steps that have been taken: what has been answered is never asked again.
   *
   * @param points up to so many steps come raw; of more, the extremes of so many buckets.
   */
  get(run: string, start: number, stop: number, points: number): Steps | undefined {
    const key = `${run} ${start} ${stop} ${points}`;
    const known = this._known.get(key);
    if (known) {
      // The map's order is that of use, so that the first one is the one to forget.
      this._known.delete(key);
      this._known.set(key, known);
      return known;
    }
    const now = performance.now();
    const asked = this._asked.get(key);
    if (!asked || now - asked.time > RETRY_MS) {
      const number = ++this._number;
      this._asked.set(key, { number, time: now });
      const page = this._page;
      this._channel.send({ type: 'range', page, number, run, start, stop, points });
    }
    return undefined;
  }

  /** The kernel has answered. */
  take(message: Range, buffers: DataView[]): void {
    for (const [key, { number }] of this._asked) {
      if (number === message.number) {
        this._asked.delete(key);
        this._known.set(key, readSteps(message, buffers));
      }
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
export function readSteps(message: Range | Snapshot, buffers: DataView[]): Steps {
  return {
    buckets: {
      start: message.start,
      width: message.width,
      minimum: floats(buffers[0]),
      maximum: floats(buffers[1])
    },
    rawStart: message.raw_start,
    raw: floats(buffers[2])
  };
}

/** The line through steps, for a plot of so many columns. */
export function stepsLine(steps: Steps, columns: number): Line {
  return join(bucketLine(steps.buckets), decimate(steps.raw, steps.rawStart, columns));
}
