/**
 * The form beside the views, and the way back to its first settings. Where the lab is narrow and has a
 * run, the style sheet folds it into one button, so that the curve is on the first screen.
 */

import { button } from '../controls/button';
import { trans } from '../i18n/translation';

export class SettingsPane {
  readonly element = document.createElement('div');
  private _content = document.createElement('div');
  private _reset: HTMLButtonElement;
  private _toggle = button(trans.__('Settings'), '', () => {
    this._open(!this._isOpen);
  });

  /**
   * @param id makes this pane's element unique on the page.
   * @param form what is folded.
   * @param reset called when the first settings are wanted back.
   */
  constructor(id: string, form: HTMLElement, reset: () => void) {
    this.element.className = 'lossviz-settings';
    this._content.id = `lossviz-settings-${id}`;
    this._content.className = 'lossviz-settings-content';
    this._reset = button(trans.__('Reset'), trans.__('Reset all settings; runs stay'), () => {
      // A press that would do nothing still gets the focus and the tooltip.
      if (this._reset.getAttribute('aria-disabled') !== 'true') {
        reset();
      }
    });
    this._reset.classList.add('lossviz-reset');
    this.allowReset(false);
    this._content.append(form, this._reset);
    this._toggle.classList.add('lossviz-settings-toggle');
    this._toggle.setAttribute('aria-controls', this._content.id);
    this.element.append(this._toggle, this._content);
    this._open(false);
  }

  /** Whether the settings can be reset now. */
  allowReset(possible: boolean): void {
    this._reset.setAttribute('aria-disabled', String(!possible));
  }

  /** A field that is wrong must be seen. */
  openForErrors(): void {
    if (this._content.querySelector('[aria-invalid=true]')) {
      this._open(true);
    }
  }

  private get _isOpen(): boolean {
    return this.element.classList.contains('lossviz-open');
  }

  private _open(open: boolean): void {
    this.element.classList.toggle('lossviz-open', open);
    this._toggle.setAttribute('aria-expanded', String(open));
  }
}
