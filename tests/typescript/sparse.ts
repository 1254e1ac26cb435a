import type { SparseBuckets } from '../../labextension/src/series/sparse_series';
import { buffer } from './runs';

/** Buckets as a page holds them. */
export function buckets(
  steps: number[],
  minimum: number[],
  maximum: number[]
): { buckets: SparseBuckets } {
  return {
    buckets: {
      steps: Float64Array.from(steps),
      minimum: Float32Array.from(minimum),
      maximum: Float32Array.from(maximum)
    }
  };
}

/** Steps as they travel. */
export function places(steps: readonly number[]): DataView {
  return new DataView(Float64Array.from(steps).buffer);
}

/** The buffers of a sparse part that has no buckets. */
export function sparseBuffers(steps: readonly number[], values: readonly number[]): DataView[] {
  return [buffer([]), buffer([]), buffer(values), places([]), places(steps)];
}
