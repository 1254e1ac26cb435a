/**
 * The learning rate of a run that trains: what is entered applies at once.
 */

import { trans } from '../i18n/translation';
import type { Field } from '../lab_traits';

let fields = 0;

export class RateField {
  readonly element = document.createElement('div');
  private _input = document.createElement('input');
  private _error = document.createElement('p');
  private _number = 0;
  /** Whether something was typed that has not been entered. */
  private _typing = false;

  /**
   * @param id makes the ids of this field's elements unique on the page.
   * @param enter tells the kernel what was entered; entries are numbered from 1.
   */
  constructor(id: string, enter: (number: number, value: string) => void) {
    this.element.className = 'lossviz-rate';
    const label = document.createElement('label');
    const own = `lossviz-rate-${id}-${++fields}`;
    label.htmlFor = this._input.id = own;
    label.textContent = trans.__('Learning rate');
    this._error.id = `${own}-error`;
    this._error.className = 'lossviz-field-error';
    this._error.hidden = true;
    const input = this._input;
    input.type = 'text';
    input.inputMode = 'decimal';
    input.autocomplete = 'off';
    input.spellcheck = false;
    input.setAttribute('aria-describedby', this._error.id);
    // JupyterLab's shortcuts must not take keys from somebody who types.
    this.element.dataset['lmSuppressShortcuts'] = 'true';
    input.addEventListener('input', () => {
      this._typing = true;
    });
    // Enter, or leaving the field: half a number must not reach a run that trains.
    const commit = (): void => {
      if (this._typing) {
        this._typing = false;
        enter(++this._number, input.value);
      }
    };
    input.addEventListener('change', commit);
    // A notebook keeps Enter from changing a field.
    input.addEventListener('keydown', event => {
      if (event.key === 'Enter') {
        commit();
      }
    });
    this.element.append(label, input, this._error);
  }

  /**
   * Show the run's rate, unless something newer was typed here.
   *
   * @param handled the number of the last entry that is in it.
   * @param possible whether it can be set now.
   */
  show(field: Field, handled: number, possible: boolean): void {
    const newer = this._typing || this._number > handled || field.error !== '';
    if (!newer && this._input.value !== field.value) {
      this._input.value = field.value;
    }
    this._input.title = field.help;
    this._input.disabled = !possible;
    this._input.setAttribute('aria-invalid', String(field.error !== ''));
    this._error.hidden = field.error === '';
    if (this._error.textContent !== field.error) {
      this._error.textContent = field.error;
    }
  }

  /** Nobody can be told any more. */
  disable(): void {
    this._input.disabled = true;
  }
}
