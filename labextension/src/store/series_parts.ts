/**
 * The values of series as messages carry them: several in one message, one after the other.
 */

import type { SeriesNews, SeriesPart } from '../messages';
import type { Buckets } from '../series/decimate';
import { floats } from '../transport/channel';

/** Steps as the kernel gave them: buckets up to `rawStart`, then every value. */
export interface Steps {
  buckets: Buckets;
  rawStart: number;
  raw: Float32Array;
  /** After the last step. */
  stop: number;
}

/** Reads the buffers of a message in their order. */
export class BufferReader {
  private _next = 0;

  constructor(private readonly _buffers: readonly DataView[]) {}

  next(): DataView | undefined {
    return this._buffers[this._next++];
  }

  /** Pass over what this page does not hold. */
  skip(count: number): void {
    this._next += count;
  }
}

/** A part's values. */
export function readPart(part: SeriesPart, buffers: BufferReader): Steps {
  const [minimum, maximum, raw] = [buffers.next(), buffers.next(), buffers.next()].map(floats);
  const values = raw ?? new Float32Array(0);
  if (part.sparse) {
    buffers.skip(2);
  }
  return {
    buckets: {
      start: part.start,
      width: part.width,
      minimum: minimum ?? new Float32Array(0),
      maximum: maximum ?? new Float32Array(0)
    },
    rawStart: part.raw_start,
    raw: values,
    stop: part.raw_start + values.length
  };
}

/** How many buffers news take that this page passes over. */
export function buffersOf({ part, sparse }: SeriesNews): number {
  const each = part ? 3 : 1;
  return (part?.sparse ?? sparse) ? each + (part ? 2 : 1) : each;
}
