/**
 * The resolution of a drawn series, wherever its values come from.
 */

import type { Line } from '../series/decimate';

/** More buckets than a chart has columns. */
export const POINTS = 4096;

/** Enough buckets for the visible range: about two pixels of a wide chart each. */
export const FINE = 512;

/** Values this far back have no weight in an average, even with the strongest smoothing. */
export const WARM_UP = 4096;

export const NOTHING: Line = { x: new Float64Array(0), y: new Float32Array(0) };

/** A range of steps, without `stop`. */
export interface Steps {
  start: number;
  stop: number;
}
