/**
 * What the model says of a few validation samples: drawn when asked for, and after each epoch.
 */

import { bundle } from '../../chart/bundles';
import type { ChartContext } from '../../chart/host';
import type { PlotlyModule, PlotlyTrace } from '../../chart/plotly_types';
import { readTheme } from '../../chart/theme';
import { trans } from '../../i18n/translation';
import type { Predictions } from '../../messages';

/** Between two questions during a run: an answer costs the kernel a moment of training. */
const PERIOD_MS = 2000;

interface Figure {
  data: PlotlyTrace[];
  layout: Record<string, unknown> & { title?: { text?: string }; width?: number; height?: number };
}

export class PredictionsBox {
  readonly element = document.createElement('details');
  private _message = document.createElement('p');
  private _plot = document.createElement('div');
  private _plotly: PlotlyModule | undefined;
  private _figure: Figure | undefined;
  private _width = 0;
  private _resize = new ResizeObserver(() => {
    if (this._plot.clientWidth !== this._width) {
      this._width = this._plot.clientWidth;
      this.redraw();
    }
  });
  private _asked = '';
  private _next = 0;
  private _timer = 0;
  private _forget: (() => void) | undefined;

  /**
   * @param _ask asks the kernel; `take` follows.
   * @param _context asks for Plotly.
   */
  constructor(
    private readonly _ask: () => void,
    private readonly _context: ChartContext
  ) {
    this.element.className = 'lossviz-predictions';
    const summary = document.createElement('summary');
    summary.textContent = trans.__('Predictions');
    this._message.setAttribute('aria-live', 'polite');
    this._plot.className = 'lossviz-predictions-plot';
    this._plot.setAttribute('role', 'img');
    this.element.append(summary, this._message, this._plot);
    this.element.addEventListener('toggle', () => {
      if (this.element.open) {
        this._message.textContent = trans.__('Waiting for the model...');
        this._asked = '';
        this._ask();
      }
    });
  }

  /** It is on the page now. */
  show(): void {
    this._resize.observe(this.element);
    this._forget = bundle('cartesian').want({
      ask: name => this._context.ask(name),
      loaded: plotly => {
        this._plotly = plotly;
        this.redraw();
      },
      late: () => undefined // The charts say so.
    });
  }

  /** It is not, until `show`. */
  hide(): void {
    this._forget?.();
    this._resize.disconnect();
    window.clearTimeout(this._timer);
    this._timer = 0;
  }

  /**
   * Ask again when the model has learnt more.
   *
   * @param state changes with each epoch and status of the run.
   */
  follow(state: string): void {
    if (!this.element.open || state === this._asked || this._timer !== 0) {
      return;
    }
    this._timer = window.setTimeout(
      () => {
        this._timer = 0;
        this._next = performance.now() + PERIOD_MS;
        this._asked = state;
        this._ask();
      },
      Math.max(0, this._next - performance.now())
    );
  }

  /** The kernel's answer. */
  take(answer: Predictions): void {
    this._message.textContent = answer.text;
    this._figure = answer.figure === '' ? undefined : (JSON.parse(answer.figure) as Figure);
    this.redraw();
  }

  /** Draw in the page's theme. */
  redraw(): void {
    const figure = this._figure;
    this._plot.hidden = figure === undefined;
    if (!figure || !this._plotly) {
      return;
    }
    const theme = readTheme(this.element);
    const title = figure.layout.title?.text ?? trans.__('Predictions');
    this._plot.setAttribute('aria-label', title);
    const { width = 640, height = 360 } = figure.layout;
    const fitting = Math.min(width, this._plot.clientWidth || width);
    const layout = {
      ...figure.layout,
      width: fitting,
      height: Math.round((height * fitting) / width),
      font: { color: theme.text, family: theme.font }
    };
    const config = { displayModeBar: false, staticPlot: true };
    void this._plotly.react(this._plot, figure.data, layout, config);
  }

  dispose(): void {
    this.hide();
    this._plotly?.purge(this._plot);
  }
}
