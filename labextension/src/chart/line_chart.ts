/**
 * One chart: Plotly behind a scheduler that draws at most once a frame, and never while hidden.
 */

import type { Line } from './decimate';
import type { PlotlyElement, PlotlyModule, PlotlyTrace } from './plotly_types';
import { readTheme } from './theme';

export interface ChartLine extends Line {
  name: string;
  colour: string;
  width?: number;
  dashed?: boolean;
  markers?: boolean;
}

export interface Picture {
  lines: ChartLine[];
  /** How many points of the series the picture stands for, decimated or not. */
  points: number;
  /** The x axis' ends, where they are known before the points are there. */
  range?: [number, number];
  /** One sentence for people who cannot see it; on the axes where there is nothing to draw. */
  summary: string;
}

export interface ChartOptions {
  /** The heading and accessible name. */
  title: string;
  /** The x axis' unit, such as "step". */
  unit: string;
  /** Gives what to draw now, for a plot of so many pixel columns. */
  picture: (columns: number) => Picture;
}

const SUMMARY_MS = 2000;
const FEW_POINTS = 20;

/** A chart in its own element, to be put anywhere. */
export class LineChart {
  readonly element: HTMLElement;
  private _plot: HTMLElement;
  private _summary: HTMLElement;
  private _plotly: PlotlyModule | undefined;
  private _drawn = false;
  private _dirty = false;
  private _frame = 0;
  private _visible = false;
  private _logarithmic = false;
  private _disposed = false;
  private _summarised = 0;
  private _resize: ResizeObserver;
  private _sight: IntersectionObserver;

  constructor(private readonly _options: ChartOptions) {
    this.element = document.createElement('section');
    this.element.className = 'lossviz-chart';
    this.element.setAttribute('role', 'figure');
    this.element.setAttribute('aria-label', _options.title);
    this.element.dataset['points'] = '0';
    const head = document.createElement('div');
    head.className = 'lossviz-chart-head';
    const title = document.createElement('h3');
    title.textContent = _options.title;
    head.append(title, this._scaleSwitch());
    this._plot = document.createElement('div');
    this._plot.className = 'lossviz-plot';
    this._summary = document.createElement('p');
    this._summary.className = 'lossviz-visually-hidden';
    this.element.append(head, this._plot, this._summary);
    this._resize = new ResizeObserver(() => {
      this.update();
    });
    this._resize.observe(this._plot);
    this._sight = new IntersectionObserver(entries => {
      this._visible = entries.some(entry => entry.isIntersecting);
      this._schedule();
    });
    this._sight.observe(this.element);
    document.addEventListener('visibilitychange', this._schedule);
  }

  /** Draw with this Plotly from now on. */
  use(plotly: PlotlyModule): void {
    this._plotly = plotly;
    this.update();
  }

  /** Draw again, soon: at the next frame in which the chart can be seen. */
  update(): void {
    this._dirty = true;
    this._schedule();
  }

  dispose(): void {
    this._disposed = true;
    cancelAnimationFrame(this._frame);
    this._resize.disconnect();
    this._sight.disconnect();
    document.removeEventListener('visibilitychange', this._schedule);
    if (this._drawn) {
      this._plotly?.purge(this._plot);
    }
  }

  private _schedule = (): void => {
    if (this._dirty && this._visible && !document.hidden && !this._frame && !this._disposed) {
      this._frame = requestAnimationFrame(() => {
        this._frame = 0;
        this._draw();
      });
    }
  };

  private _draw(): void {
    const width = this._plot.clientWidth;
    if (!this._plotly || width === 0 || this._disposed) {
      return;
    }
    this._dirty = false;
    const picture = this._options.picture(Math.max(width - 60, 50));
    this.element.dataset['points'] = String(picture.points);
    const now = performance.now();
    if (now - this._summarised > SUMMARY_MS || picture.points === 0) {
      this._summarised = now;
      this._summary.textContent = picture.summary;
    } else {
      // The last words must be about the last points, also when nothing more comes.
      window.setTimeout(() => {
        this._summary.textContent = this._options.picture(50).summary;
      }, SUMMARY_MS);
    }
    const traces = picture.lines.map(line => this._trace(line));
    const layout = this._layout(picture, width);
    const config = {
      displaylogo: false,
      responsive: false,
      displayModeBar: 'hover' as const,
      modeBarButtons: [['zoom2d', 'pan2d', 'resetScale2d', 'toImage']]
    };
    if (this._drawn) {
      void this._plotly.react(this._plot, traces, layout, config);
    } else {
      this._drawn = true;
      void this._plotly.newPlot(this._plot, traces, layout, config).then(this._watchZoom);
    }
  }

  /** A person who has zoomed keeps the view while points arrive; a double click lets it go. */
  private _watchZoom = (plot: PlotlyElement): void => {
    plot.on('plotly_doubleclick', () => {
      this.update();
    });
  };

  private _trace(line: ChartLine): PlotlyTrace {
    // A line through very few points would be hard to see, or, through one, nothing.
    const many = !line.markers && line.x.length > FEW_POINTS;
    return {
      x: line.x,
      y: line.y,
      type: 'scatter',
      mode: many ? 'lines' : 'lines+markers',
      name: line.name,
      line: {
        color: line.colour,
        width: line.width ?? (many ? 1.25 : 2),
        dash: line.dashed ? 'dash' : 'solid'
      },
      marker: { size: 5, color: line.colour },
      hovertemplate: `${this._options.unit} %{x:,d}: %{y:.4~g}<extra>%{fullData.name}</extra>`,
      connectgaps: false,
      showlegend: true
    };
  }

  private _layout(picture: Picture, width: number): Record<string, unknown> {
    const theme = readTheme(this.element);
    const axis = {
      color: theme.faint,
      gridcolor: theme.grid,
      linecolor: theme.grid,
      zerolinecolor: theme.grid,
      tickfont: { size: 11 },
      title: { font: { size: 11 }, standoff: 6 },
      showline: true
    };
    const empty = picture.points === 0;
    return {
      // The same revision keeps the person's zoom over redraws; another scale starts afresh.
      uirevision: `${this._logarithmic} ${empty}`,
      width,
      height: this._plot.clientHeight || 200,
      margin: { l: 52, r: 10, t: 6, b: 38 },
      paper_bgcolor: 'rgba(0,0,0,0)',
      plot_bgcolor: 'rgba(0,0,0,0)',
      font: { family: theme.font, color: theme.text, size: 12 },
      hovermode: 'x',
      hoverlabel: { bgcolor: theme.background, font: { color: theme.text } },
      showlegend: picture.lines.length > 1,
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.02, yanchor: 'bottom' },
      xaxis: {
        ...axis,
        title: { ...axis.title, text: this._options.unit },
        tickformat: ',d',
        // An axis with few whole numbers would else show halves rounded to doubles.
        ...(!picture.range && picture.points > 0 && picture.points < 6 ? { dtick: 1 } : {}),
        ...(picture.range ? { range: picture.range } : { autorange: true }),
        ...(empty ? { range: [0, 10], autorange: false } : {})
      },
      yaxis: {
        ...axis,
        type: this._logarithmic ? 'log' : 'linear',
        title: { ...axis.title, text: 'loss' },
        tickformat: '.4~g',
        ...(empty
          ? { range: this._logarithmic ? [-2, 0] : [0, 1], autorange: false }
          : { autorange: true })
      },
      annotations: empty
        ? [
            {
              text: picture.summary,
              xref: 'paper',
              yref: 'paper',
              x: 0.5,
              y: 0.5,
              showarrow: false,
              font: { color: theme.faint, size: 13 }
            }
          ]
        : []
    };
  }

  private _scaleSwitch(): HTMLElement {
    const group = document.createElement('div');
    group.className = 'lossviz-switch';
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', `Scale of the loss in ${this._options.title}`);
    const buttons = [
      { text: 'lin', name: 'Linear scale', logarithmic: false },
      { text: 'log', name: 'Logarithmic scale', logarithmic: true }
    ].map(({ text, name, logarithmic }) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = text;
      button.title = name;
      button.setAttribute('aria-label', name);
      button.setAttribute('aria-pressed', String(logarithmic === this._logarithmic));
      button.addEventListener('click', () => {
        this._logarithmic = logarithmic;
        for (const one of buttons) {
          one.setAttribute('aria-pressed', String(one === button));
        }
        this.update();
      });
      return button;
    });
    group.append(...buttons);
    return group;
  }
}
