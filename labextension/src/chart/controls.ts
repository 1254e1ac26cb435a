/**
 * What a person chooses beside a chart, as elements.
 */

import { labelled } from '../controls/labelled';
import type { Control } from './kind';

export class ChartControls {
  /** By their places. */
  readonly elements: Record<Control['place'], HTMLElement[]> = { head: [], bar: [], popover: [] };
  private _inputs = new Map<string, HTMLInputElement | HTMLSelectElement>();

  /** @param changed called with its id when something was chosen. */
  constructor(controls: readonly Control[], changed: (id: string) => void) {
    for (const control of controls) {
      const input = inputOf(control);
      this._inputs.set(control.id, input);
      const shown = control.kind === 'slider' ? [document.createElement('output')] : [];
      const show = (): void => {
        shown.forEach(output => (output.textContent = input.value));
      };
      show();
      input.addEventListener('input', () => {
        show();
        changed(control.id);
      });
      if (control.place === 'popover') {
        this.elements.popover.push(labelled(control.label, input, ...shown));
      } else {
        // In a row of tools there is no room for words beside each.
        input.setAttribute('aria-label', control.label);
        input.classList.add('lossviz-chart-input');
        this.elements[control.place].push(input);
      }
    }
  }

  /** The values, by the controls' ids. */
  get values(): Record<string, string> {
    return Object.fromEntries(Array.from(this._inputs, ([id, input]) => [id, input.value]));
  }

  /** Choose this in a drop-down, if it is one of its choices. */
  choose(id: string, value: string): void {
    const input = this._inputs.get(id);
    if (input instanceof HTMLSelectElement && [...input.options].some(one => one.value === value)) {
      input.value = value;
    }
  }

  /** The greatest numbers that can be chosen now. */
  limit(most: Readonly<Record<string, number>>): void {
    for (const [id, number] of Object.entries(most)) {
      const input = this._inputs.get(id);
      if (input instanceof HTMLInputElement && input.max !== String(number)) {
        input.max = String(number);
      }
    }
  }
}

function inputOf(control: Control): HTMLInputElement | HTMLSelectElement {
  if (control.kind === 'choice') {
    const select = document.createElement('select');
    select.append(...control.choices.map(({ value, text }) => new Option(text, value)));
    select.value = control.value;
    select.title = control.help;
    return select;
  }
  const input = document.createElement('input');
  input.title = control.help;
  input.min = String(control.least);
  if (control.kind === 'slider') {
    input.type = 'range';
    input.max = String(control.most);
    input.step = String(control.step);
  } else {
    input.type = 'number';
    input.placeholder = control.placeholder;
  }
  input.value = control.value;
  return input;
}
