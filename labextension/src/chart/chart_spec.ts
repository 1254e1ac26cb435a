/**
 * What lies on the axes of a chart of lines.
 */

import type { Line } from '../series/decimate';
import type { AxisUnit, Steering } from './kind';

export interface ChartLine extends Line {
  name: string;
  colour: string;
  width?: number;
  dashed?: boolean;
  markers?: boolean;
  faint?: boolean;
  behind?: boolean;
  /** One point, marked with a star. */
  star?: boolean;
  /** What it is called at its end; where names have no room, the first lines keep theirs. */
  end?: string;
  /** What is said of a point on hover: a template for Plotly, and the data of the point `i`. */
  details?: { template: string; of: (i: number) => (number | string)[] };
}

/** The area between two lines over the same x. */
export interface Band {
  x: Float64Array;
  low: Float32Array;
  high: Float32Array;
  name: string;
  colour: string;
}

/** Something that happened at one x; its text may have several lines. */
export interface Mark {
  x: number;
  symbol: string;
  text: string;
}

/** What to draw, before it is fitted to a plot and handed to Plotly. */
export interface ChartSpec {
  lines: ChartLine[];
  band?: Band;
  marks?: Mark[];
  /** Where short ticks stand on the axis. */
  ticks?: number[];
  /** What the x axis counts. */
  unit: AxisUnit;
  /** Whether x has values between the whole numbers. */
  continuous?: boolean;
  /** How many points of the series it stands for, decimated or not. */
  points: number;
  /** Whether there is something to draw although the series has no points yet. */
  drawn?: boolean;
  /** The x axis' ends, where they are known before the points are there. */
  range?: [number, number];
  /** A zoom is kept as long as this stays. */
  scene?: string;
  /** One sentence for people who cannot see it; on the axes where there is nothing to draw. */
  summary: string;
  /** What is drawn beside the lines and has no name on the chart, such as "validation dashed". */
  key?: string[];
  steering?: Steering;
  /** The greatest numbers that controls take now, by their ids. */
  most?: Record<string, number>;
}
