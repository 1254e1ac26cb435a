/**
 * The form: fields as the kernel describes them, in which nothing typed is ever lost.
 */

import { pageServices } from '../page';
import type { Choice, Field } from '../lab_traits';
import { button } from '../controls/button';

const TYPING_MS = 150;
const LONG_ADVICE = 120;

interface Row {
  element: HTMLElement;
  control: HTMLInputElement | HTMLSelectElement;
  kind: Field['kind'];
  actions: HTMLElement;
  help: HTMLElement;
  error: HTMLElement;
  warning: HTMLElement;
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
   * @param _press gives the command of a button that stands beside a field.
   */
  constructor(
    private readonly _id: string,
    private readonly _edit: (number: number, field: string, value: string) => void,
    private readonly _press: (command: string) => void
  ) {
    this.element.className = 'lossviz-form';
    this.element.setAttribute('aria-label', 'Settings');
    this.element.addEventListener('submit', event => {
      event.preventDefault();
    });
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
        this._edit(row.sent, name, valueOf(row.control));
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
      this.element.append(name === 'advanced' ? folded('Advanced', group) : group);
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
    if (field.kind === 'check') {
      (control as HTMLInputElement).type = 'checkbox';
      element.classList.add('lossviz-check');
    } else if (control instanceof HTMLInputElement) {
      control.type = 'text';
      control.inputMode = field.group === 'task' || field.actions.length ? 'text' : 'decimal';
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
    const [help, error, warning] = [line('help'), line('error'), line('warning')];
    const [note, formula, advice] = [line('note'), line('formula'), line('advice', 'div')];
    const described = [error, warning, note, help];
    control.setAttribute('aria-describedby', described.map(({ id }) => id).join(' '));
    const actions = document.createElement('div');
    actions.className = 'lossviz-field-actions';
    actions.hidden = true;
    element.append(label, control, error, warning, actions, note, help, formula, advice);
    const texts = { help, error, warning, note, formula, advice };
    return { element, control, kind: field.kind, actions, ...texts, choices: '', sent: 0 };
  }

  private _fill(row: Row, field: Field, handled: number): void {
    const { control } = row;
    if (control instanceof HTMLSelectElement) {
      const choices = JSON.stringify(field.choices);
      if (choices !== row.choices) {
        row.choices = choices;
        control.replaceChildren(...options(field.choices));
      }
    }
    const newer = this._pending.has(field.name) || row.sent > handled;
    if (valueOf(control) !== field.value && !newer) {
      setValue(control, field.value);
    }
    control.title = field.help;
    this._fillActions(row.actions, field);
    // What a loss's parameter means stands beside it; everybody knows what a batch size is.
    const explained = field.indent && field.kind !== 'check' && field.group !== 'optimizer';
    say(row.help, explained ? field.help : '');
    say(row.warning, field.warning);
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

  private _fillActions(row: HTMLElement, field: Field): void {
    const wanted = JSON.stringify(field.actions);
    if (row.dataset['actions'] === wanted) {
      return;
    }
    row.dataset['actions'] = wanted;
    row.hidden = field.actions.length === 0;
    const asks = field.warning !== '' && field.actions.length > 1;
    row.replaceChildren(
      ...field.actions.map(({ command, label }) => {
        const made = button(label, '', () => {
          this._press(command);
        });
        made.classList.toggle('lossviz-primary', asks && command === 'replace_loss');
        return made;
      })
    );
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

function folded(title: string, content: HTMLElement): HTMLElement {
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  summary.textContent = title;
  details.append(summary, content);
  return details;
}

function valueOf(control: HTMLInputElement | HTMLSelectElement): string {
  const check = control instanceof HTMLInputElement && control.type === 'checkbox';
  return check ? (control.checked ? 'True' : 'False') : control.value;
}

function setValue(control: HTMLInputElement | HTMLSelectElement, value: string): void {
  if (control instanceof HTMLInputElement && control.type === 'checkbox') {
    control.checked = value === 'True';
  } else {
    control.value = value;
  }
}

/** The lines of a drop-down, those with a heading under it. */
function options(choices: Choice[]): HTMLElement[] {
  const found: HTMLElement[] = [];
  let group: HTMLOptGroupElement | null = null;
  for (const { value, label, group: heading } of choices) {
    const option = new Option(label, value);
    if (heading === '') {
      group = null;
      found.push(option);
      continue;
    }
    if (group?.label !== heading) {
      group = document.createElement('optgroup');
      group.label = heading;
      found.push(group);
    }
    group.append(option);
  }
  return found;
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
