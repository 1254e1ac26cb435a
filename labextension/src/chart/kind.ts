/**
 * What a chart is: a folder that says what it needs and, without touching the page, what to draw.
 *
 * The host does the rest for all of them: drawing, zoom, controls, export, words, and the table.
 */

import type { RunData } from '../store/run_data';
import type { Runs } from '../store/run_store';
import type { Slice } from '../store/slices';
import type { PlotlyName } from './bundles';
import type { PlotlyLayout, PlotlyTrace } from './plotly_types';
import type { Theme } from './theme';

/** The ends of what is seen of an axis. */
export type Ends = readonly [number, number];

/** What an x axis counts: epochs, steps, or time in a unit. It is shown in words by `unitTitle`. */
export type AxisUnit = 'epoch' | 'step' | 's' | 'min' | 'h';

/** Something that a person chooses beside a chart. Its value is a text. */
export type Control = {
  id: string;
  label: string;
  /** What it does, as a tooltip. */
  help: string;
  value: string;
  /** Beside the chart's title, in its toolbar, or behind the toolbar's smoothing button. */
  place: 'head' | 'bar' | 'popover';
} & (
  | { kind: 'number'; least: number; placeholder: string }
  | { kind: 'slider'; least: number; most: number; step: number }
  | { kind: 'choice'; choices: readonly { value: string; text: string }[] }
);

/** How a person looks at a chart. */
export interface ChartView {
  /** Of the plot, in pixels. */
  width: number;
  height: number;
  /** Pixel columns between the axis' ends. */
  columns: number;
  /** The part of the x axis that a person has zoomed to; null for all. */
  zoom: Ends | null;
  /** The same of the y axis; of a logarithmic one as powers of ten. */
  zoomY: Ends | null;
  /** Whether values far above all others are drawn, too. */
  everything: boolean;
  /** The ids of the runs that are not drawn. */
  hidden: ReadonlySet<string>;
  logarithmic: boolean;
  /** Whether a pointer is on the chart, so that the points' details are needed. */
  pointed: boolean;
  /** The values of the chart's controls, by their ids. */
  options: Readonly<Record<string, string>>;
  /** What the axis that was zoomed counts: the unit of its numbers must not change. */
  unit: AxisUnit | null;
  theme: Theme;
  /** What to say before there is a run. */
  empty: string;
}

/** Where a line ends and what it is called there; in pixels from the plot area's top left corner. */
export interface LineEnd {
  text: string;
  colour: string;
  /** The end itself. */
  x: number;
  y: number;
  /** Where the text begins, and its middle. */
  textX: number;
  textY: number;
}

/** A line whose values can be read off, in the order of the lines. */
export interface Readable {
  name: string;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
}

/** What ties the x axis of a chart to those of the others: the steps of one run. */
export interface Steering {
  /** How many steps had been taken where this x is. */
  stepAt(x: number): number;
  /** Where the moment after so many steps lies; NaN where this chart does not show it. */
  placeOf(step: number): number;
}

/** What to draw. */
export interface Figure {
  traces: PlotlyTrace[];
  layout: PlotlyLayout;
  /** How many points of the series it stands for. */
  points: number;
  /** One sentence for people who cannot see it. */
  summary: string;
  /** A zoom is kept as long as this stays, such as a run's id. */
  scene: string;
  /** What the x axis counts. */
  unit: AxisUnit;
  /** The greatest numbers that controls take now, by their ids. */
  most: Readonly<Record<string, number>>;
  /** The lines' names at their ends. */
  ends: readonly LineEnd[];
  /** What each kind of mark that is drawn means. */
  key: readonly string[];
  /** Above this value some are not drawn; null where all are. */
  cut: number | null;
  /** Whether the values ask for a logarithmic scale. */
  wide: boolean;
  /** The ends of the x axis. */
  range: Ends;
  readable: readonly Readable[];
  /** Undefined where there is no run. */
  steering: Steering | undefined;
}

/** The data of a chart as rows under named columns. */
export interface Table {
  /** In English, as in Python and in exported files; the page shows them by `columnTitle`. */
  columns: string[];
  /** How many rows there are. */
  count: number;
  row(index: number): (number | string)[];
  /** So many rows before the first of these are left out. */
  omitted: number;
}

/** A chart. `figure` and `table` only read; what is not there yet is asked for by `runs`. */
export interface ChartKind {
  id: string;
  /** The heading and accessible name. */
  title: string;
  /** It is drawn again when one of these has changed. */
  needs: readonly Slice[];
  /** What draws it. */
  bundle: PlotlyName;
  controls: readonly Control[];
  figure(runs: Runs, view: ChartView): Figure;
  table(runs: Runs, view: Pick<ChartView, 'options'>): Promise<Table>;
}

/** A chart that a run can have beside those that every run has. */
export interface ChartOffer {
  /** The heading under which it is offered. */
  group: string;
  /** Whether it is shown without asking, if it is the first of its family. */
  suggested: boolean;
  kind: ChartKind;
}

/** Charts that are made by name, such as one for each series of a run. */
export interface ChartFamily {
  /** Those that this run can have now. */
  charts(run: RunData): readonly ChartOffer[];
}
