/**
 * The bundles that the extension brings, each loaded when it is asked for: Plotly, and CodeMirror,
 * of which JupyterLab's own parts are used.
 */

import type { PlotlyModule } from '../chart/plotly_types';

const LOADERS: Record<string, () => Promise<{ default: unknown }>> = {
  cartesian: () => import('./cartesian.js'),
  gl3d: () => import('./gl3d.js'),
  editor: () => import('../editor')
};

export const BUNDLES: readonly string[] = Object.keys(LOADERS);

/** A bundle; the promise is rejected where its file cannot be had, and asking again tries again. */
export async function loadPlotly(name = 'cartesian'): Promise<PlotlyModule> {
  const load = LOADERS[name];
  if (!load) {
    throw new Error(`lossviz has no bundle ${name}, only ${BUNDLES.join(', ')}`);
  }
  // Whoever asks knows what the bundle of this name holds.
  return (await load()).default as PlotlyModule;
}
