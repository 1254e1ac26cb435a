/**
 * Pointing at a moment of the run, with the mouse or the keyboard: the charts of a view mark it
 * together, and each says its values there.
 */

import type { Figure } from './kind';
import type { PlotOverlay } from './plot_overlay';
import { nearest, readout } from './readout';
import type { SharedView } from './shared_view';

/** By key, how many points the mark moves on. */
const MOVES: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -10,
  PageDown: 10,
  Home: -Infinity,
  End: Infinity
};

export class Pointing {
  /** The values at the mark, for all to see. */
  readonly values = document.createElement('span');
  /** The same for a screen reader, when a key has moved the mark. */
  readonly spoken = document.createElement('p');
  private _figure: Figure | undefined;

  /**
   * @param plot takes the pointer and the keys.
   * @param _overlay shows the mark.
   * @param _shared hears of the moment.
   */
  constructor(
    plot: HTMLElement,
    private readonly _overlay: PlotOverlay,
    private readonly _shared: SharedView
  ) {
    this.values.className = 'lossviz-values';
    this.values.setAttribute('aria-hidden', 'true');
    this.spoken.className = 'lossviz-visually-hidden';
    this.spoken.setAttribute('aria-live', 'polite');
    // A notebook must not take the keys that move the mark.
    plot.dataset['lmSuppressShortcuts'] = 'true';
    plot.addEventListener('pointermove', ({ clientX }) => {
      const x = _overlay.xAt(clientX);
      _shared.point(x === undefined ? null : (this._figure?.steering?.stepAt(x) ?? null));
    });
    plot.addEventListener('pointerleave', this._away);
    plot.addEventListener('blur', this._away);
    plot.addEventListener('keydown', this._press);
  }

  /** Follow the view's mark. Returns a function that ends it. */
  follow(): () => void {
    return this._shared.onMark(step => {
      this._overlay.mark(step);
      this.values.textContent = this._valuesAt(step);
    });
  }

  /** Where the mark is on the x axis; NaN where there is none. */
  get x(): number {
    const { step } = this._shared;
    return step === null ? NaN : (this._figure?.steering?.placeOf(step) ?? NaN);
  }

  /** This is drawn now. */
  fit(figure: Figure): void {
    this._figure = figure;
  }

  private _valuesAt(step: number | null): string {
    const { _figure: figure } = this;
    const x = step === null ? NaN : (figure?.steering?.placeOf(step) ?? NaN);
    return figure && Number.isFinite(x) ? readout(figure, x) : '';
  }

  private _away = (): void => {
    this._shared.point(null);
  };

  private _press = (event: KeyboardEvent): void => {
    const { key } = event;
    const [line] = this._figure?.readable ?? [];
    const { steering } = this._figure ?? {};
    if (key === 'Escape' && this._shared.step !== null) {
      event.stopPropagation();
      this._shared.point(null);
      return;
    }
    const move = MOVES[key];
    if (move === undefined || !line || line.x.length === 0 || !steering) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const at = this.x;
    const last = line.x.length - 1;
    const from = Number.isFinite(at) ? nearest(line.x, at) : move < 0 ? last + 1 : -1;
    const to = Math.min(Math.max(from + move, 0), last);
    const moment = steering.stepAt(line.x[to] as number);
    this._shared.point(moment);
    this.spoken.textContent = this._valuesAt(moment);
  };
}
