/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * A small picture of a loss: its value against a prediction.
 */

import type { VNode } from 'preact';
import type { LossShape } from '../lab_traits';

const WIDTH = 96;
const HEIGHT = 56;
const EDGE = 4;

export function Shape({ shape }: { shape: LossShape }): VNode {
  return (
    <svg
      class="lossviz-shape"
      role="img"
      aria-label={shape.text}
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
    >
      <path
        class="lossviz-shape-axes"
        d={`M${EDGE} ${EDGE / 2}V${HEIGHT - EDGE}H${WIDTH - EDGE / 2}`}
      />
      <path class="lossviz-shape-line" d={outline(shape)} />
    </svg>
  );
}

/** The line through the points that have a value, as an SVG path; 0 lies on the lower axis. */
export function outline({ predictions, values }: LossShape): string {
  const known = values.filter(one => one !== null);
  const [low, high] = [Math.min(0, ...known), Math.max(...known)];
  const [first = 0, last = 1] = [predictions[0], predictions.at(-1)];
  const inside = 2 * EDGE;
  const across = (value: number): number =>
    EDGE + inside / 2 + ((WIDTH - EDGE - inside) * (value - first)) / (last - first || 1);
  const up = (value: number): number =>
    HEIGHT - EDGE - inside / 2 - ((HEIGHT - EDGE - inside) * (value - low)) / (high - low || 1);
  let pen = 'M';
  return predictions
    .map((prediction, i) => {
      const value = values[i];
      if (value === null || value === undefined) {
        pen = 'M';
        return '';
      }
      const point = `${pen}${across(prediction).toFixed(1)} ${up(value).toFixed(1)}`;
      pen = 'L';
      return point;
    })
    .join('');
}
