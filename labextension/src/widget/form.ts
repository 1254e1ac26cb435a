/**
 * The form: fields as the kernel describes them, in which nothing typed is ever lost.
 */

import { pageServices } from '../page';
import type { Field } from '../messages';

const TYPING_MS = 150;
const LONG_ADVICE = 120;

interface Row {
  element: HTMLElement;
  control: HTMLInputElement | HTMLSelectElement;
  kind: Field['kind'];
  error: HTMLElement;
  note: HTMLElement;
  formula: HTMLElement;
  advice: HTMLElement;
  choices: string;
  /** The number of the last edit of this field that was sent. */
  sent: number;
}

export class FieldsForm {
  readonly element = document.createElement('form');
  private _rows = new Map<string, Row>();
  private _groups = new Map<string, HTMLElement>();
  private _pending = new Map<string, number>();
  private _number = 0;

  /**
   * @param _id makes the ids of this form's elements unique on the page.
   * @param _edit tells the kernel that a field was changed; edits are numbered from 1.
   */
  constructor(
    private readonly _id: string,
    private readonly _edit: (number: number, field: string, value: string) => void
  ) {
    this.element.className = 'lossviz-form';
    this.element.setAttribute('aria-label', 'Settings');
    this.element.addEventListener('submit', event => {
      event.preventDefault();
    });
    // JupyterLab's shortcuts must not take keys from somebody who types.
    this.element.dataset['lmSuppressShortcuts'] = 'true';
  }

  /**
   * Show these fields; one that was changed here after the kernel made them keeps its text.
   *
   * @param handled the number of the last edit of this form that is in these fields.
   */
  show(fields: Field[], handled: number): void {
    const names = new Set(fields.map(field => field.name));
    for (const [name, row] of this._rows) {
      if (!names.has(name)) {
        row.element.remove();
        this._rows.delete(name);
      }
    }
    const order = new Map<string, HTMLElement[]>();
    for (const field of fields) {
      let row = this._rows.get(field.name);
      if (row?.kind !== field.kind) {
        row?.element.remove();
        row = this._create(field);
        this._rows.set(field.name, row);
      }
      this._fill(row, field, handled);
      order.set(field.group, [...(order.get(field.group) ?? []), row.element]);
    }
    for (const [group, elements] of order) {
      this._place(this._group(group), elements);
    }
  }

  /** Send what was typed and not sent yet. */
  flush(): void {
    for (const [name, timer] of this._pending) {
      window.clearTimeout(timer);
      const row = this._rows.get(name);
      if (row) {
        row.sent = ++this._number;
        this._edit(row.sent, name, row.control.value);
      }
    }
    this._pending.clear();
  }

  /** Put the focus into the first field with an error. */
  focusFirstError(): void {
    for (const { control } of this._rows.values()) {
      if (control.getAttribute('aria-invalid') === 'true') {
        control.focus();
        return;
      }
    }
  }

  private _group(name: string): HTMLElement {
    let group = this._groups.get(name);
    if (!group) {
      group = document.createElement('div');
      group.className = `lossviz-group lossviz-group-${name}`;
      this._groups.set(name, group);
      this.element.append(group);
    }
    return group;
  }

  /** Put `elements` into `group` in this order, moving only what is not in place. */
  private _place(group: HTMLElement, elements: HTMLElement[]): void {
    elements.forEach((element, i) => {
      if (group.children[i] !== element) {
        group.insertBefore(element, group.children[i] ?? null);
      }
    });
  }

  private _create(field: Field): Row {
    const id = `lossviz-${this._id}-${field.name.replace(/[^a-z0-9_]/gi, '-')}`;
    const element = document.createElement('div');
    element.className = 'lossviz-field';
    element.classList.toggle('lossviz-indented', field.indent);
    const label = document.createElement('label');
    label.htmlFor = id;
    label.textContent = field.label;
    const control = document.createElement(field.kind === 'choice' ? 'select' : 'input');
    control.id = id;
    if (control instanceof HTMLInputElement) {
      control.type = 'text';
      control.inputMode = 'decimal';
      control.autocomplete = 'off';
      control.spellcheck = false;
      control.addEventListener('input', () => {
        this._sendSoon(field.name);
      });
    }
    control.addEventListener('change', () => {
      this._pending.set(field.name, 0);
      this.flush();
    });
    const line = (kind: string, tag = 'p'): HTMLElement => {
      const made = document.createElement(tag);
      made.className = `lossviz-field-${kind}`;
      made.id = `${id}-${kind}`;
      made.hidden = true;
      return made;
    };
    const [error, note, formula] = [line('error'), line('note'), line('formula')];
    const advice = line('advice', 'div');
    control.setAttribute('aria-describedby', `${error.id} ${note.id}`);
    element.append(label, control, error, note, formula, advice);
    const kind = field.kind;
    return { element, control, kind, error, note, formula, advice, choices: '', sent: 0 };
  }

  private _fill(row: Row, field: Field, handled: number): void {
    const { control } = row;
    if (control instanceof HTMLSelectElement) {
      const choices = JSON.stringify(field.choices);
      if (choices !== row.choices) {
        row.choices = choices;
        control.replaceChildren(
          ...field.choices.map(({ value, label }) => new Option(label, value))
        );
      }
    }
    const newer = this._pending.has(field.name) || row.sent > handled;
    if (control.value !== field.value && !newer) {
      control.value = field.value;
    }
    control.title = field.help;
    control.setAttribute('aria-invalid', String(field.error !== ''));
    say(row.error, field.error);
    say(row.note, field.note);
    if (row.formula.dataset['latex'] !== field.formula) {
      row.formula.dataset['latex'] = field.formula;
      showFormula(row.formula, field.formula);
    }
    if (row.advice.dataset['text'] !== field.advice) {
      row.advice.dataset['text'] = field.advice;
      showAdvice(row.advice, field.advice);
    }
  }

  private _sendSoon(name: string): void {
    window.clearTimeout(this._pending.get(name));
    this._pending.set(
      name,
      window.setTimeout(() => {
        this.flush();
      }, TYPING_MS)
    );
  }
}

function say(line: HTMLElement, text: string): void {
  if (line.textContent !== text) {
    line.textContent = text;
  }
  line.hidden = text === '';
}

function showFormula(line: HTMLElement, latex: string): void {
  line.hidden = latex === '';
  const services = pageServices();
  if (latex && services) {
    line.textContent = `\\(${latex}\\)`;
    services.typeset(line);
  } else {
    const code = document.createElement('code');
    code.textContent = latex;
    line.replaceChildren(code);
  }
}

function showAdvice(line: HTMLElement, text: string): void {
  line.hidden = text === '';
  const end = text.indexOf('. ') + 1;
  if (text.length <= LONG_ADVICE || end === 0) {
    line.textContent = text;
    return;
  }
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  summary.textContent = text.slice(0, end);
  const more = document.createElement('span');
  more.textContent = text.slice(end + 1);
  details.append(summary, more);
  line.replaceChildren(details);
}
