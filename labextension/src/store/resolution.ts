/**
 * How fine the values of a series are that a chart draws, wherever they come from.
 */

import type { Line } from '../series/decimate';

/** More buckets than a chart has columns. */
export const POINTS = 4096;

/** Buckets in what is shown that are fine enough: two pixels of a wide chart each. */
export const FINE = 512;

/** What lies so many values back weighs nothing, even with the greatest weight of the past. */
export const WARM_UP = 4096;

export const NOTHING: Line = { x: new Float64Array(0), y: new Float32Array(0) };

/** Indices of steps: of the first one, and after the last. */
export interface Steps {
  start: number;
  stop: number;
}
