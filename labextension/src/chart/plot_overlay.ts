/**
 * What lies over a plot as elements of the page, because Plotly would draw all lines anew for it:
 * the names of the lines, and a mark at the step that is pointed at, in whichever chart.
 */

import { setText } from '../controls/set_text';
import type { Figure, LineEnd } from './kind';
import { plotArea, type PlotArea } from './plot_area';

export class PlotOverlay {
  readonly element = document.createElement('div');
  private _mark = document.createElement('div');
  private _names: { text: HTMLElement; dot: HTMLElement }[] = [];
  private _area: PlotArea = plotArea(0, 0);
  private _figure: Pick<Figure, 'range' | 'steering'> | undefined;
  private _step: number | null = null;

  constructor() {
    this.element.className = 'lossviz-overlay';
    // A screen reader hears the names in the summary, and the values when somebody points.
    this.element.setAttribute('aria-hidden', 'true');
    this._mark.className = 'lossviz-mark';
    this._mark.hidden = true;
    this.element.append(this._mark);
  }

  /** Fit a figure that is drawn in this size. */
  fit(figure: Figure, width: number, height: number): void {
    this._area = plotArea(width, height);
    this._figure = figure;
    this._mark.style.top = `${this._area.top}px`;
    this._mark.style.height = `${this._area.height}px`;
    this._name(figure.ends);
    this.mark(this._step);
  }

  /** Mark the moment after so many steps, if it is seen. */
  mark(step: number | null): void {
    this._step = step;
    const x = step === null ? NaN : (this._figure?.steering?.placeOf(step) ?? NaN);
    const [from, to] = this._figure?.range ?? [0, 1];
    const share = (x - from) / (to - from);
    this._mark.hidden = !(share >= 0 && share <= 1);
    if (!this._mark.hidden) {
      const left = this._area.left + share * this._area.width;
      this._mark.style.transform = `translateX(${left.toFixed(1)}px)`;
    }
  }

  /** The x below a point of the page; undefined beside the plot. */
  xAt(clientX: number): number | undefined {
    if (!this._figure) {
      return undefined;
    }
    const [from, to] = this._figure.range;
    const share =
      (clientX - this.element.getBoundingClientRect().left - this._area.left) / this._area.width;
    return share >= 0 && share <= 1 ? from + share * (to - from) : undefined;
  }

  private _name(ends: readonly LineEnd[]): void {
    while (this._names.length < ends.length) {
      const text = document.createElement('span');
      const dot = document.createElement('i');
      this._names.push({ text, dot });
      this.element.append(dot, text);
    }
    const { left, top } = this._area;
    this._names.forEach(({ text, dot }, i) => {
      const end = ends[i];
      text.hidden = dot.hidden = !end;
      if (end) {
        setText(text, end.text);
        text.style.color = dot.style.backgroundColor = end.colour;
        place(text, left + end.textX, top + end.textY);
        place(dot, left + end.x, top + end.y);
      }
    });
  }
}

function place({ style }: HTMLElement, x: number, y: number): void {
  style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
}
