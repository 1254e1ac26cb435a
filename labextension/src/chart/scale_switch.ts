/**
 * The two buttons that choose a chart's scale.
 */

import { trans } from '../i18n/translation';

/** In the order of the buttons. */
const LOGARITHMIC = [false, true];

export class ScaleSwitch {
  readonly element = document.createElement('div');
  private _logarithmic = false;
  private _buttons: HTMLButtonElement[];

  /**
   * The scale is linear at first.
   *
   * @param title of the chart.
   * @param _changed called when another scale was chosen.
   */
  constructor(
    title: string,
    private readonly _changed: () => void
  ) {
    this.element.className = 'lossviz-switch';
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', trans.__('Scale of %1', title));
    this._buttons = LOGARITHMIC.map(logarithmic => {
      const name = logarithmic ? trans.__('Logarithmic scale') : trans.__('Linear scale');
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = logarithmic ? trans.__('log') : trans.__('lin');
      button.title = name;
      button.setAttribute('aria-label', name);
      button.setAttribute('aria-pressed', String(!logarithmic));
      button.addEventListener('click', () => {
        this.choose(logarithmic);
      });
      return button;
    });
    this.element.append(...this._buttons);
  }

  get logarithmic(): boolean {
    return this._logarithmic;
  }

  choose(logarithmic: boolean): void {
    this._logarithmic = logarithmic;
    this._buttons.forEach((button, i) => {
      button.setAttribute('aria-pressed', String(LOGARITHMIC[i] === logarithmic));
    });
    this._changed();
  }
}
