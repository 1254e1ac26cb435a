/**
 * One chart: Plotly behind a scheduler that draws at most once a frame, and never while hidden.
 */

import { roomy, wholeTicks } from './axis_ticks';
import type { Line } from './decimate';
import type { PlotlyElement, PlotlyModule } from './plotly_types';
import { saveButtons, type Table } from './save';
import {
  bandTrace,
  lineTrace,
  markAnnotations,
  markShapes,
  seriesLayout,
  tickShapes
} from './traces';
import { readTheme } from './theme';

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
  /** Lines of one group are hidden and shown together. */
  group?: string;
  /** Not in the legend. */
  unlisted?: boolean;
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
  group?: string;
  unlisted?: boolean;
}

/** Something that happened at one x; its text may have several lines. */
export interface Mark {
  x: number;
  symbol: string;
  text: string;
}

/** The part of the x axis that a person has zoomed to; null for all. */
export type View = readonly [number, number] | null;

export interface Picture {
  lines: ChartLine[];
  band?: Band;
  marks?: Mark[];
  /** Where short ticks stand on the axis. */
  ticks?: number[];
  /** Whether x has values between the whole numbers. */
  continuous?: boolean;
  /** How many points of the series the picture stands for, decimated or not. */
  points: number;
  /** Whether there is something to draw although the series has no points yet. */
  drawn?: boolean;
  /** The x axis' ends, where they are known before the points are there. */
  range?: [number, number];
  /** A zoom is kept as long as this stays. */
  view?: string;
  /** One sentence for people who cannot see it; on the axes where there is nothing to draw. */
  summary: string;
}

export interface ChartOptions {
  /** The heading and accessible name. */
  title: string;
  /** The x axis' unit, such as "step". */
  unit: string | (() => string);
  /** Gives what to draw now, for a plot of so many pixel columns. */
  picture: (columns: number, view: View) => Picture;
  /** Controls beside the heading. */
  controls: HTMLElement[];
  /** Controls that unfold under it. */
  options: HTMLElement[];
  /** One sentence below them. */
  key?: string;
  /** The data, to be copied. */
  table: () => Table;
}

const SUMMARY_MS = 2000;

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
  private _pointed = false;
  private _draws = 0;
  private _logarithmic = false;
  private _view: View = null;
  /** The part of the y axis that a person has zoomed to, as Plotly counts it. */
  private _height: View = null;
  private _viewed = '';
  private _disposed = false;
  private _summarised = 0;
  private _timer = 0;
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
    head.append(title, ..._options.controls, this._scaleSwitch());
    this._plot = document.createElement('div');
    this._plot.className = 'lossviz-plot';
    this._summary = document.createElement('p');
    this._summary.className = 'lossviz-visually-hidden';
    this.element.append(head, this._folded(), this._plot, this._summary);
    // What is said of each point is made only where somebody can read it.
    for (const [event, pointed] of [
      ['pointerenter', true],
      ['pointerleave', false]
    ] as const) {
      this._plot.addEventListener(event, () => {
        this._pointed = pointed;
        this.update();
      });
    }
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
    window.clearTimeout(this._timer);
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
    let picture = this._options.picture(Math.max(width - 60, 50), this._view);
    if ((picture.view ?? '') !== this._viewed) {
      // Another run or axis: what was zoomed to is not there any more.
      this._viewed = picture.view ?? '';
      this._height = null;
      if (this._view) {
        this._view = null;
        picture = this._options.picture(Math.max(width - 60, 50), null);
      }
    }
    this.element.dataset['points'] = String(picture.points);
    this._summarise(picture);
    const traces = [
      ...picture.lines.map(line => lineTrace(line, this._unit, this._pointed)),
      ...(picture.band ? [bandTrace(picture.band)] : [])
    ];
    const layout = this._layout(picture, width);
    const config = {
      displaylogo: false,
      responsive: false,
      displayModeBar: 'hover' as const,
      // Back to all that there is now, not to what there was when a person zoomed.
      doubleClick: 'autosize' as const,
      modeBarButtons: [['zoom2d', 'pan2d', 'autoScale2d']]
    };
    if (this._drawn) {
      void this._plotly.react(this._plot, traces, layout, config);
    } else {
      this._drawn = true;
      void this._plotly.newPlot(this._plot, traces, layout, config).then(this._watchZoom);
    }
  }

  private get _unit(): string {
    const { unit } = this._options;
    return typeof unit === 'string' ? unit : unit();
  }

  private _summarise(picture: Picture): void {
    const now = performance.now();
    if (now - this._summarised > SUMMARY_MS || picture.points === 0) {
      this._summarised = now;
      this._summary.textContent = picture.summary;
    } else {
      // The last words must be about the last points, also when nothing more comes.
      window.clearTimeout(this._timer);
      this._timer = window.setTimeout(() => {
        this._summary.textContent = this._options.picture(50, null).summary;
      }, SUMMARY_MS);
    }
  }

  /** A person who has zoomed keeps the view while points arrive; a double click lets it go. */
  private _watchZoom = (plot: PlotlyElement): void => {
    plot.on('plotly_relayout', change => {
      this._view = zoomed(change, 'xaxis', this._view);
      this._height = zoomed(change, 'yaxis', this._height);
      this.update();
    });
  };

  private _layout(picture: Picture, width: number): Record<string, unknown> {
    const theme = readTheme(this.element);
    const empty = picture.points === 0 && !picture.drawn;
    const range = picture.range ?? extent(picture.lines);
    return {
      ...seriesLayout(theme, {
        empty,
        summary: picture.summary,
        legend: picture.lines.filter(line => !line.unlisted).length > 1,
        unit: this._unit,
        logarithmic: this._logarithmic,
        continuous: !!picture.continuous,
        lines: picture.lines.length,
        range: this._view ?? range,
        height: this._height,
        revision: ++this._draws,
        ticks:
          range && !picture.continuous ? wholeTicks(...(this._view ?? range), width) : undefined
      }),
      // What a person hides stays hidden. Zooms are kept here, not by Plotly.
      uirevision: 'lossviz',
      width,
      height: this._plot.clientHeight || 200,
      ...(empty
        ? {}
        : {
            shapes: [
              ...markShapes(picture.marks ?? [], theme),
              ...tickShapes(picture.ticks ?? [], theme)
            ],
            annotations: markAnnotations(picture.marks ?? [], theme)
          })
    };
  }

  /** The options, and the ways to take picture and data away. */
  private _folded(): HTMLElement {
    const details = document.createElement('details');
    details.className = 'lossviz-chart-options';
    const summary = document.createElement('summary');
    summary.textContent = 'Options';
    summary.setAttribute('aria-label', `Options of ${this._options.title}`);
    const row = document.createElement('div');
    row.append(
      ...this._options.options,
      ...saveButtons(this._options.title, {
        picture: format => this._save(format),
        table: this._options.table
      })
    );
    details.append(summary, row);
    if (this._options.key) {
      const key = document.createElement('p');
      key.textContent = this._options.key;
      details.append(key);
    }
    return details;
  }

  private async _save(format: 'png' | 'svg'): Promise<void> {
    await this._plotly?.downloadImage(this._plot, {
      format,
      filename: this._options.title.toLowerCase().replaceAll(' ', '-'),
      width: this._plot.clientWidth,
      height: this._plot.clientHeight,
      scale: format === 'png' ? 2 : 1
    });
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
        // The other scale counts its ends in other units; the steps that are seen stay the same.
        this._height = null;
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

/** What a person sees of an axis after a change of the layout; null for all of it. */
function zoomed(change: Record<string, unknown>, axis: string, before: View): View {
  const from = change[`${axis}.range[0]`];
  const to = change[`${axis}.range[1]`];
  if (typeof from === 'number' && typeof to === 'number') {
    return [from, to];
  }
  return change[`${axis}.autorange`] === true ? null : before;
}

/** The ends of an axis on which all of these lines can be seen; undefined where there is none. */
function extent(lines: ChartLine[]): [number, number] | undefined {
  let [low, high] = [Infinity, -Infinity];
  for (const { x } of lines) {
    for (const one of x) {
      low = one < low ? one : low;
      high = one > high ? one : high;
    }
  }
  return low <= high ? roomy(low, high) : undefined;
}
