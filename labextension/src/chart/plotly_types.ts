/**
 * The few parts of Plotly that the charts use. Its own type package is for another major version.
 */

export interface PlotlyTrace {
  x: ArrayLike<number>;
  y: ArrayLike<number | null>;
  mode: 'lines' | 'lines+markers' | 'markers';
  type: 'scatter';
  name: string;
  line: { color: string; width: number; dash?: string };
  marker?: { size: number; color: string; symbol?: string };
  opacity?: number;
  zorder?: number;
  fill?: 'toself';
  fillcolor?: string;
  hovertemplate?: string;
  customdata?: (number | string)[][];
  hoverinfo?: 'skip';
  connectgaps: boolean;
  showlegend: boolean;
}

export type PlotlyLayout = Record<string, unknown>;

/** A figure that is on no page. */
export interface PlotlyFigure {
  data: PlotlyTrace[];
  layout: PlotlyLayout;
}

export interface PlotlyElement extends HTMLElement {
  on(event: string, handler: (data: Record<string, unknown>) => void): void;
  removeAllListeners(event?: string): void;
}

export interface PlotlyModule {
  newPlot(
    element: HTMLElement,
    traces: PlotlyTrace[],
    layout: PlotlyLayout,
    config: Record<string, unknown>
  ): Promise<PlotlyElement>;
  react(
    element: HTMLElement,
    traces: PlotlyTrace[],
    layout: PlotlyLayout,
    config: Record<string, unknown>
  ): Promise<PlotlyElement>;
  downloadImage(figure: PlotlyFigure, options: Record<string, unknown>): Promise<string>;
  purge(element: HTMLElement): void;
}
