/**
 * The bundles of Plotly that the extension brings, each loaded when it is asked for.
 */

import type { PlotlyModule } from '../chart/plotly_types';

const LOADERS: Record<string, () => Promise<{ default: PlotlyModule }>> = {
  cartesian: () => import('./cartesian.js'),
  gl3d: () => import('./gl3d.js')
};

export const BUNDLES: readonly string[] = Object.keys(LOADERS);

/** A bundle; the promise is rejected where its file cannot be had, and asking again tries again. */
export async function loadPlotly(name = 'cartesian'): Promise<PlotlyModule> {
  const load = LOADERS[name];
  if (!load) {
    throw new Error(`lossviz has no bundle ${name}, only ${BUNDLES.join(', ')}`);
  }
  return (await load()).default;
}
