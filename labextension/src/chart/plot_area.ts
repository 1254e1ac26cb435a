/**
 * Where the plot lies within a chart: the same in all charts of one width, so that the plots of a
 * row begin and end together.
 */

/** In pixels. */
export interface PlotArea {
  left: number;
  top: number;
  width: number;
  height: number;
  /** The room beside it, for the names of lines. */
  right: number;
}

/** Room for labels such as "−1.5e+12", and for those of the x axis with its title. */
const LEFT = 58;
const TOP = 8;
const BOTTOM = 40;

const LEAST_WIDTH = 50;

export function plotArea(width: number, height: number): PlotArea {
  const right = Math.round(Math.min(Math.max(0.19 * width, 88), 120));
  return {
    left: LEFT,
    top: TOP,
    width: Math.max(width - LEFT - right, LEAST_WIDTH),
    height: height - TOP - BOTTOM,
    right
  };
}

/** The margins as Plotly takes them. */
export function margin({ left, top, right }: PlotArea): Record<string, number> {
  return { l: left, t: top, r: right, b: BOTTOM };
}
