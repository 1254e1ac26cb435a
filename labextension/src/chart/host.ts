/**
 * A chart on the page: what its kind says, drawn at most once a frame and never while it cannot be
 * seen.
 */

import { setText } from '../controls/set_text';
import { trans } from '../i18n/translation';
import type { RunStore } from '../store/run_store';
import { bundle, type BundleName } from './bundles';
import { ChartControls } from './controls';
import { DataTable } from './data_table';
import { pageTurns } from './drawing_turns';
import { forPaper } from './export_figure';
import { iconButton } from './icon_button';
import type { ChartKind, ChartView, Figure } from './kind';
import { plotArea } from './plot_area';
import { PlotNotes, type NoteAction } from './plot_notes';
import { PlotOverlay } from './plot_overlay';
import type { PlotlyModule } from './plotly_types';
import { Pointing } from './pointing';
import { fileName, saveButtons } from './save';
import { ScaleSwitch } from './scale_switch';
import { SharedView } from './shared_view';
import { Summary } from './summary';
import { PAPER, readTheme, type Theme } from './theme';
import type { Axis } from './time_unit';
import { chartHead } from './toolbar';
import { Zoom } from './zoom';

/** Pixels, where nothing is laid out. */
const LEAST_HEIGHT = 240;

/** For so long after a person has done something with a chart, it is drawn before all others. */
const PROMPT_MS = 1000;

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

/** What a chart may have beside its context. */
export interface ChartExtras {
  /** What all charts of a view have in common. */
  shared?: SharedView;
  /** Removes the chart; without it nobody can. */
  remove?: () => void;
}

/** A chart in its own element, to be put anywhere. */
export class ChartHost {
  readonly element = document.createElement('section');
  private _plot = document.createElement('div');
  private _summary = new Summary();
  private _key = document.createElement('span');
  private _controls: ChartControls;
  private _scale: ScaleSwitch;
  private _enlarge: HTMLButtonElement;
  private _notes: PlotNotes;
  private _overlay = new PlotOverlay();
  private _pointing: Pointing;
  private readonly _shared: SharedView;
  private _plotly: PlotlyModule | undefined;
  private _forget: (() => void)[] = [];
  private _drawn = false;
  private _dirty = false;
  private _theme: Theme | undefined;
  private _visible = false;
  private _pointed = false;
  private _everything = false;
  private _draws = 0;
  private readonly _zoom = new Zoom(() => {
    this._answer();
  });
  /** When a person has last done something with it. */
  private _acted = -Infinity;
  private _figure: Pick<Figure, 'scene' | 'unit'> = { scene: '', unit: 'step' };
  private _resize: ResizeObserver;
  private _sight: IntersectionObserver;

  /**
   * @param _kind what is drawn.
   * @param _context of the view.
   * @param extras what the chart shares, and how it is removed.
   */
  constructor(
    private readonly _kind: ChartKind,
    private readonly _context: ChartContext,
    { shared = new SharedView(), remove }: ChartExtras = {}
  ) {
    const { title } = _kind;
    this._shared = shared;
    this._controls = new ChartControls(_kind.controls, id => {
      if (id === 'axis') {
        shared.axis = this._controls.values['axis'] as Axis;
      }
      this._answer();
    });
    this._scale = new ScaleSwitch(title, () => {
      // The other scale counts its ends in other units; the steps that are seen stay the same.
      this._zoom.y = null;
      this._answer();
    });
    this._notes = new PlotNotes(action => {
      this._act(action);
    });
    const enlarge = trans.__('Enlarge %1', title);
    this._enlarge = iconButton('enlarge', enlarge, trans.__('Enlarge'), () => {
      this._size(!this._enlarged);
    });
    // Before the keys that move the mark: with Shift they pan.
    this._plot.addEventListener('keydown', event => {
      if (this._zoom.press(event, this._pointing.x)) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    });
    this._pointing = new Pointing(this._plot, this._overlay, shared);
    this._follow();
    this._build(remove);
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
    this.element.addEventListener('keydown', event => {
      if (event.key === 'Escape' && this._enlarged) {
        event.stopPropagation();
        this._size(false);
      }
    });
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
      this._shared.onChoice(() => {
        this._follow();
        this.update();
      }),
      this._pointing.follow(),
      bundle(this._kind.bundle).want({
        ask: name => this._context.ask(name),
        loaded: plotly => {
          this._plotly = plotly;
          this._context.trouble('');
          this.update();
        },
        late: () => {
          this._context.trouble(trans.__('The charts could not be loaded yet; trying again...'));
        }
      })
    ];
    this._follow();
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
    this._summary.stop();
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
      pageTurns.ask(this._draw, performance.now() - this._acted < PROMPT_MS);
    }
  };

  private _draw = (): void => {
    const width = this._plot.clientWidth;
    if (!this._plotly || width === 0) {
      return;
    }
    this._dirty = false;
    let figure = this._kind.figure(this._context.store, this._view());
    if (figure.scene !== this._figure.scene) {
      // Another run or axis: what was zoomed to is not there any more.
      const zoomed = this._zoom.x !== null;
      this._zoom.clear();
      figure = zoomed ? this._kind.figure(this._context.store, this._view()) : figure;
    }
    const { scene, unit } = figure;
    this._figure = { scene, unit };
    this._zoom.fit(figure.range);
    this.element.dataset['points'] = String(figure.points);
    this._controls.limit(figure.most);
    this._summary.say(figure.summary, figure.points === 0);
    this._surround(figure, width);
    const config = {
      displaylogo: false,
      responsive: false,
      displayModeBar: false,
      // Back to all that there is now, not to what there was when a person zoomed.
      doubleClick: 'autosize' as const
    };
    const layout = this._kept(figure.layout);
    if (this._drawn) {
      void this._plotly.react(this._plot, figure.traces, layout, config);
    } else {
      this._drawn = true;
      void this._plotly.newPlot(this._plot, figure.traces, layout, config).then(plot => {
        this._zoom.watch(plot);
      });
    }
  };

  /** What stands around and over the lines. */
  private _surround(figure: Figure, width: number): void {
    setText(this._key, figure.key.join(' · '));
    this._overlay.fit(figure, width, this._plot.clientHeight || LEAST_HEIGHT);
    this._pointing.fit(figure);
    this._notes.show(figure, {
      zoomed: this._zoom.active,
      everything: this._everything
    });
  }

  private _view(): ChartView {
    const width = this._plot.clientWidth;
    const height = this._plot.clientHeight || LEAST_HEIGHT;
    return {
      width,
      height,
      columns: plotArea(width, height).width,
      zoom: this._zoom.x,
      zoomY: this._zoom.y,
      everything: this._everything,
      hidden: this._shared.hidden,
      logarithmic: this._scale.logarithmic,
      pointed: this._pointed,
      options: this._controls.values,
      unit: this._zoom.x && this._figure.unit,
      theme: (this._theme ??= readTheme(this.element)),
      empty: this._context.empty
    };
  }

  /** Zooms are kept here; of its own Plotly would keep another one. */
  private _kept(layout: Figure['layout']): Figure['layout'] {
    this._draws += 1;
    const axes = ['xaxis', 'yaxis'].map(name => [
      name,
      { ...(layout[name] as object), uirevision: this._draws }
    ]);
    return { ...layout, ...(Object.fromEntries(axes) as Figure['layout']) };
  }

  /** A person has done something and waits for what it shows. */
  private _answer(): void {
    this._acted = performance.now();
    this.update();
  }

  /** Take over what has been chosen for all charts. */
  private _follow(): void {
    if (this._shared.axis) {
      this._controls.choose('axis', this._shared.axis);
    }
  }

  private get _enlarged(): boolean {
    return this.element.classList.contains('lossviz-enlarged');
  }

  private _size(enlarged: boolean): void {
    this.element.classList.toggle('lossviz-enlarged', enlarged);
    this._enlarge.setAttribute('aria-pressed', String(enlarged));
    this.element.scrollIntoView({ block: 'nearest' });
  }

  private _act(action: NoteAction): void {
    if (action === 'logarithmic') {
      this._scale.choose(true);
    } else if (action === 'unzoom') {
      this._zoom.clear();
    } else {
      this._everything = action === 'show everything';
    }
    // The button that was pressed may be gone.
    this._plot.focus({ preventScroll: true });
    this._answer();
  }

  private _build(remove: (() => void) | undefined): void {
    const { title } = this._kind;
    const read = (): ReturnType<ChartKind['table']> =>
      this._kind.table(this._context.store, { options: this._controls.values });
    const table = new DataTable(title, read);
    const { head, bar, popover } = this._controls.elements;
    this._enlarge.setAttribute('aria-pressed', 'false');
    this.element.className = 'lossviz-chart';
    this.element.setAttribute('role', 'figure');
    this.element.setAttribute('aria-label', title);
    this.element.dataset['points'] = '0';
    this._plot.className = 'lossviz-plot';
    this._plot.tabIndex = 0;
    this._plot.setAttribute('role', 'group');
    this._plot.setAttribute(
      'aria-label',
      trans.__('Values of %1: arrow keys move, plus and minus zoom', title)
    );
    const canvas = document.createElement('div');
    canvas.className = 'lossviz-canvas';
    canvas.append(this._plot, this._overlay.element, this._notes.element);
    const caption = document.createElement('p');
    caption.className = 'lossviz-key';
    caption.append(this._key, this._pointing.values);
    this.element.append(
      ...chartHead(title, {
        head,
        scale: this._scale.element,
        smoothing: popover,
        axis: bar,
        exports: [
          ...saveButtons(title, { image: format => this._save(format), table: read }),
          table.button
        ],
        enlarge: this._enlarge,
        remove
      }),
      canvas,
      caption,
      this._summary.element,
      this._pointing.spoken,
      table.element
    );
  }

  /** As on paper, whatever the page's theme. */
  private async _save(format: 'png' | 'svg'): Promise<void> {
    if (!this._plotly) {
      throw new Error(trans.__('The chart has not been drawn yet.'));
    }
    const view = { ...this._view(), theme: { ...PAPER, font: readTheme(this.element).font } };
    const paper = forPaper(this._kind.figure(this._context.store, view), this._kind.title, view);
    await this._plotly.downloadImage(paper, {
      format,
      filename: fileName(this._kind.title, '').slice(0, -1),
      width: paper.layout['width'],
      height: paper.layout['height'],
      scale: format === 'png' ? 2 : 1
    });
  }
}
