/**
 * A chart on the page: what its kind says, drawn at most once a frame and never while it cannot be
 * seen.
 */

import { button } from '../controls/button';
import type { RunStore } from '../store/run_store';
import { bundle, type BundleName } from './bundles';
import { ChartControls } from './controls';
import { DataTable } from './data_table';
import { pageTurns } from './drawing_turns';
import type { ChartKind, ChartView, Ends, Figure } from './kind';
import type { PlotlyElement, PlotlyModule } from './plotly_types';
import { fileName, saveButtons } from './save';
import { scaleSwitch } from './scale_switch';
import { PAPER, readTheme, type Theme } from './theme';

/** Between two changes of the summary: nobody can hear more. */
const SUMMARY_MS = 2000;

/** Of the width, what lies beside the axes. */
const MARGIN = 60;
const LEAST_COLUMNS = 50;

/** What a chart needs of the view that holds it. */
export interface ChartContext {
  store: RunStore;
  /** What to say before there is a run. */
  empty: string;
  /** Asks a kernel for a bundle of Plotly; false where none can be reached. */
  ask(name: BundleName): boolean;
  /** A bundle does not come, and is tried again; with "" it has come. */
  trouble(text: string): void;
}

/** A chart in its own element, to be put anywhere. */
export class ChartHost {
  readonly element = document.createElement('section');
  private _plot = document.createElement('div');
  private _summary = document.createElement('p');
  private _controls: ChartControls;
  private _plotly: PlotlyModule | undefined;
  private _forget: (() => void)[] = [];
  private _drawn = false;
  private _dirty = false;
  private _theme: Theme | undefined;
  private _visible = false;
  private _pointed = false;
  private _logarithmic = false;
  private _draws = 0;
  /** What a person has zoomed to; Plotly counts the ends of a logarithmic axis as powers of ten. */
  private _zoom: { x: Ends | null; y: Ends | null } = { x: null, y: null };
  private _figure: Pick<Figure, 'scene' | 'unit' | 'summary'> = {
    scene: '',
    unit: '',
    summary: ''
  };
  private _summarised = 0;
  private _timer = 0;
  private _resize: ResizeObserver;
  private _sight: IntersectionObserver;

  /**
   * @param _kind what is drawn.
   * @param _context of the view.
   * @param _remove takes the chart away; without it nobody can.
   */
  constructor(
    private readonly _kind: ChartKind,
    private readonly _context: ChartContext,
    private readonly _remove?: () => void
  ) {
    const { title } = _kind;
    this._controls = new ChartControls(_kind.controls, () => {
      this.update();
    });
    this.element.className = 'lossviz-chart';
    this.element.setAttribute('role', 'figure');
    this.element.setAttribute('aria-label', title);
    this.element.dataset['points'] = '0';
    this._plot.className = 'lossviz-plot';
    this._summary.className = 'lossviz-visually-hidden';
    this.element.append(this._head(), ...this._folded(), this._plot, this._summary);
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
    this._sight = new IntersectionObserver(entries => {
      this._visible = entries.at(-1)?.isIntersecting ?? false;
      this._schedule();
    });
  }

  /** Follow the runs from now on. */
  show(): void {
    const { store } = this._context;
    this._theme = undefined;
    this._forget = [
      store.slices.on(this._kind.needs, () => {
        this.update();
      }),
      bundle(this._kind.bundle).want({
        ask: name => this._context.ask(name),
        loaded: plotly => {
          this._plotly = plotly;
          this._context.trouble('');
          this.update();
        },
        late: () => {
          this._context.trouble('The charts could not be loaded yet; trying again...');
        }
      })
    ];
    this._resize.observe(this._plot);
    this._sight.observe(this.element);
    document.addEventListener('visibilitychange', this._schedule);
    this.update();
  }

  /** Follow nothing, until `show`. */
  hide(): void {
    this._forget.splice(0).forEach(forget => {
      forget();
    });
    this._visible = false;
    this._resize.disconnect();
    this._sight.disconnect();
    document.removeEventListener('visibilitychange', this._schedule);
    window.clearTimeout(this._timer);
    pageTurns.cancel(this._draw);
  }

  /** Draw again, soon: at the next frame in which the chart can be seen. */
  update(): void {
    this._dirty = true;
    this._schedule();
  }

  /** The page's colours have changed. */
  recolour(): void {
    this._theme = undefined;
    this.update();
  }

  dispose(): void {
    this.hide();
    if (this._drawn) {
      this._plotly?.purge(this._plot);
    }
  }

  private _schedule = (): void => {
    if (this._dirty && this._visible && !document.hidden) {
      pageTurns.ask(this._draw);
    }
  };

  private _draw = (): void => {
    const width = this._plot.clientWidth;
    if (!this._plotly || width === 0) {
      return;
    }
    this._dirty = false;
    let figure = this._spec(this._view());
    if (figure.scene !== this._figure.scene) {
      // Another run or axis: what was zoomed to is not there any more.
      const zoomed = this._zoom.x !== null;
      this._zoom = { x: null, y: null };
      figure = zoomed ? this._spec(this._view()) : figure;
    }
    const { scene, unit, summary } = figure;
    this._figure = { scene, unit, summary };
    this.element.dataset['points'] = String(figure.points);
    this._controls.limit(figure.most);
    this._summarise(figure.points);
    const config = {
      displaylogo: false,
      responsive: false,
      displayModeBar: 'hover' as const,
      // Back to all that there is now, not to what there was when a person zoomed.
      doubleClick: 'autosize' as const,
      modeBarButtons: [['zoom2d', 'pan2d', 'autoScale2d']]
    };
    const layout = this._zoomed(figure.layout);
    if (this._drawn) {
      void this._plotly.react(this._plot, figure.traces, layout, config);
    } else {
      this._drawn = true;
      void this._plotly.newPlot(this._plot, figure.traces, layout, config).then(this._watchZoom);
    }
  };

  private _spec(view: ChartView): Figure {
    return this._kind.spec(this._context.store, view);
  }

  private _view(): ChartView {
    const width = this._plot.clientWidth;
    return {
      width,
      height: this._plot.clientHeight || 200,
      columns: Math.max(width - MARGIN, LEAST_COLUMNS),
      zoom: this._zoom.x,
      logarithmic: this._logarithmic,
      pointed: this._pointed,
      options: this._controls.values,
      unit: this._zoom.x && this._figure.unit,
      theme: (this._theme ??= readTheme(this.element)),
      empty: this._context.empty
    };
  }

  /** A layout with what a person has zoomed to. What they have hidden stays hidden. */
  private _zoomed(layout: Figure['layout']): Figure['layout'] {
    this._draws += 1;
    const axes = (
      [
        ['xaxis', this._zoom.x],
        ['yaxis', this._zoom.y]
      ] as const
    )
      .filter(([name]) => name in layout)
      .map(([name, ends]) => [
        name,
        {
          ...(layout[name] as object),
          ...(ends ? { range: [...ends], autorange: false } : {}),
          // Zooms are kept here; of its own Plotly would keep another one.
          uirevision: this._draws
        }
      ]);
    const own = Object.fromEntries(axes) as Figure['layout'];
    return { ...layout, ...own, uirevision: this._kind.id };
  }

  private _summarise(points: number): void {
    const now = performance.now();
    window.clearTimeout(this._timer);
    const say = (): void => {
      this._summarised = performance.now();
      this._summary.textContent = this._figure.summary;
    };
    if (now - this._summarised > SUMMARY_MS || points === 0) {
      say();
    } else {
      // The last words must be about the last points, also when nothing more comes.
      this._timer = window.setTimeout(say, this._summarised + SUMMARY_MS - now);
    }
  }

  /** A person who has zoomed keeps the view while points arrive; a double click lets it go. */
  private _watchZoom = (plot: PlotlyElement): void => {
    plot.on('plotly_relayout', change => {
      this._zoom = {
        x: zoomed(change, 'xaxis', this._zoom.x),
        y: zoomed(change, 'yaxis', this._zoom.y)
      };
      this.update();
    });
  };

  private _head(): HTMLElement {
    const head = document.createElement('div');
    head.className = 'lossviz-chart-head';
    const title = document.createElement('h3');
    title.textContent = this._kind.title;
    const scale = scaleSwitch(this._kind.title, logarithmic => {
      // The other scale counts its ends in other units; the steps that are seen stay the same.
      this._zoom = { ...this._zoom, y: null };
      this._logarithmic = logarithmic;
      this.update();
    });
    const tools = document.createElement('div');
    tools.className = 'lossviz-chart-tools';
    tools.append(scale);
    if (this._remove) {
      const remove = button('×', 'Remove this chart', this._remove);
      remove.classList.add('lossviz-small', 'lossviz-remove');
      remove.setAttribute('aria-label', `Remove ${this._kind.title}`);
      tools.append(remove);
    }
    head.append(title, ...this._controls.head, tools);
    return head;
  }

  /** The options, the ways to take picture and data away, and the table. */
  private _folded(): HTMLElement[] {
    const { title, key } = this._kind;
    const read = (): ReturnType<ChartKind['table']> =>
      this._kind.table(this._context.store, { options: this._controls.values });
    const table = new DataTable(title, read);
    const details = document.createElement('details');
    details.className = 'lossviz-chart-options';
    const summary = document.createElement('summary');
    summary.textContent = 'Options';
    summary.setAttribute('aria-label', `Options of ${title}`);
    const row = document.createElement('div');
    row.append(
      ...this._controls.options,
      table.button,
      ...saveButtons(title, { picture: format => this._save(format), table: read })
    );
    details.append(summary, row);
    if (key) {
      const line = document.createElement('p');
      line.textContent = key;
      details.append(line);
    }
    details.append(table.element);
    return [details];
  }

  /** As on paper, whatever the page's theme. */
  private async _save(format: 'png' | 'svg'): Promise<void> {
    if (!this._plotly) {
      throw new Error('The chart has not been drawn yet.');
    }
    const view = { ...this._view(), theme: { ...PAPER, font: readTheme(this.element).font } };
    const { traces, layout } = this._spec(view);
    const white = { paper_bgcolor: PAPER.background, plot_bgcolor: PAPER.background };
    await this._plotly.downloadImage(
      { data: traces, layout: { ...this._zoomed(layout), ...white } },
      {
        format,
        filename: fileName(this._kind.title, '').slice(0, -1),
        width: view.width,
        height: view.height,
        scale: format === 'png' ? 2 : 1
      }
    );
  }
}

/** What a person sees of an axis after a change of the layout; null for all of it. */
function zoomed(change: Record<string, unknown>, axis: string, before: Ends | null): Ends | null {
  const from = change[`${axis}.range[0]`];
  const to = change[`${axis}.range[1]`];
  if (typeof from === 'number' && typeof to === 'number') {
    return [from, to];
  }
  return change[`${axis}.autorange`] === true ? null : before;
}
