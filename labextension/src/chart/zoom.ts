/**
 * What a person has zoomed to, with the mouse or the keyboard.
 */

import type { Ends } from './kind';
import type { PlotlyElement } from './plotly_types';

/** By key, the factor of the visible range. */
const FACTORS: Readonly<Record<string, number>> = { '+': 1 / 2, '=': 1 / 2, '-': 2, _: 2 };

/** By key, the share of the visible range that it moves with Shift. */
const PANS: Readonly<Record<string, number>> = { ArrowLeft: -1 / 4, ArrowRight: 1 / 4 };

export class Zoom {
  /** Null for all of the axis; Plotly counts the ends of a logarithmic axis as powers of ten. */
  x: Ends | null = null;
  y: Ends | null = null;
  private _whole: Ends = [0, 1];
  private _range: Ends = [0, 1];

  /** @param _onChange called when a person has zoomed. */
  constructor(private readonly _onChange: () => void) {}

  get active(): boolean {
    return this.x !== null || this.y !== null;
  }

  clear(): void {
    [this.x, this.y] = [null, null];
  }

  /** This range of the x axis is drawn now. */
  fit(range: Ends): void {
    this._range = range;
    if (!this.x) {
      this._whole = range;
    }
  }

  /** Hear of what is done with the mouse: a zoom is kept while points arrive, a double click ends it. */
  watch(plot: PlotlyElement): void {
    plot.on('plotly_relayout', change => {
      this.x = zoomed(change, 'xaxis', this.x);
      this.y = zoomed(change, 'yaxis', this.y);
      this._onChange();
    });
  }

  /**
   * Take a key that zooms (+ and -), pans (Shift with an arrow) or shows everything (0).
   *
   * @param around what stays in its place, if it is visible.
   */
  press(event: KeyboardEvent, around: number): boolean {
    const { key, shiftKey, ctrlKey, metaKey, altKey } = event;
    const [from, to] = this._range;
    const width = to - from;
    const pan = shiftKey ? PANS[key] : undefined;
    const factor = FACTORS[key];
    if (ctrlKey || metaKey || altKey) {
      return false;
    }
    if (key === '0') {
      this.clear();
    } else if (pan !== undefined) {
      this._show(from + pan * width, width);
    } else if (factor !== undefined) {
      const centre = around >= from && around <= to ? around : (from + to) / 2;
      this._show(centre - factor * (centre - from), factor * width);
    } else {
      return false;
    }
    this._onChange();
    return true;
  }

  /** Show this range, or what of it there is. */
  private _show(from: number, width: number): void {
    const [first, last] = this._whole;
    if (width >= last - first) {
      this.x = null;
      return;
    }
    const start = Math.min(Math.max(from, first), last - width);
    this.x = [start, start + width];
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
