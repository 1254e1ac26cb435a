/**
 * The values of series in messages, which hold several series one after the other.
 */

import type { SeriesNews, SeriesPart } from '../messages';
import type { Buckets } from '../series/decimate';
import type { SparseValues } from '../series/sparse_series';
import { doubles, floats } from '../transport/channel';

/** Steps as the kernel sends them: buckets up to `rawStart`, then every value. */
export interface Steps {
  buckets: Buckets;
  rawStart: number;
  raw: Float32Array;
  /** One past the last step. */
  stop: number;
  /**
   * Only for a series with values at some steps: the steps of its values. The numbers above then
   * count values, not steps.
   */
  sparse?: SparseValues;
}

/** Reads the buffers of a message in their order. */
export class BufferReader {
  private _next = 0;

  constructor(private readonly _buffers: readonly DataView[]) {}

  next(): DataView | undefined {
    return this._buffers[this._next++];
  }

  /** Skip series that this page does not hold. */
  skip(count: number): void {
    this._next += count;
  }
}

/** Read the values of a part. */
export function readPart(part: SeriesPart, buffers: BufferReader): Steps {
  const [minimum, maximum, raw] = [buffers.next(), buffers.next(), buffers.next()].map(floats);
  const none = new Float32Array(0);
  const buckets = {
    start: part.start,
    width: part.width,
    minimum: minimum ?? none,
    maximum: maximum ?? none
  };
  const steps = { buckets, rawStart: part.raw_start, raw: raw ?? none };
  return {
    ...steps,
    stop: part.raw_start + steps.raw.length,
    ...(part.sparse ? { sparse: sparseValues(steps, buffers) } : {})
  };
}

/** Add the steps of the buckets' starts and of the values. */
function sparseValues(
  { buckets, rawStart, raw }: Omit<Steps, 'stop' | 'sparse'>,
  buffers: BufferReader
): SparseValues {
  const { minimum, maximum } = buckets;
  const begins = doubles(buffers.next());
  return {
    buckets: { steps: begins, minimum, maximum },
    rawStart,
    steps: doubles(buffers.next()),
    raw
  };
}

/** The number of buffers of a series' news. */
export function buffersOf({ part, sparse }: SeriesNews): number {
  const each = part ? 3 : 1;
  return (part?.sparse ?? sparse) ? each + (part ? 2 : 1) : each;
}
