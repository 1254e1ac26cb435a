/**
 * Smoothing of a noisy curve, on the raw values before any reduction.
 *
 * The exponential moving average that people know from TensorBoard, with its bias at the start
 * removed (D. P. Kingma, J. Ba, Adam, 2015, section 3).
 */

/**
 * The smoothed values, one for each value. What is not finite stays as it is and is left out.
 *
 * @param weight of the past, from 0 (no smoothing) to just under 1.
 */
export function smooth(values: Float32Array, weight: number): Float32Array {
  const smoothed = new Float32Array(values.length);
  let sum = 0;
  let share = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isFinite(value)) {
      sum = weight * sum + (1 - weight) * value;
      share = weight * share + (1 - weight);
      smoothed[i] = sum / share;
    } else {
      smoothed[i] = value;
    }
  }
  return smoothed;
}
