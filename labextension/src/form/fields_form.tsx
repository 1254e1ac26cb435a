/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * The form: fields as the kernel describes them, in sections that fold.
 *
 * It stands on Preact with signals: its fields come and go with every choice, and a field that
 * changes must be drawn alone, for a person may be typing in the next one. Preact does that in
 * 7 KB, which every lab carries; React, which JupyterLab brings, is missing elsewhere.
 */

import { trans } from '../i18n/translation';
import { signal, type Signal } from '@preact/signals';
import { render, type VNode } from 'preact';
import type { AskFor } from '../chart/bundles';
import type { Field } from '../lab_traits';
import { Edits } from './edits';
import { FieldRow } from './field_row';
import { SECTIONS, summary, title, wide, type Section } from './sections';

/** Where it is kept which sections are open. */
export interface KeptSections {
  read(): unknown;
  write(value: unknown): void;
}

type Opened = Readonly<Record<string, boolean>>;

export class FieldsForm {
  readonly element = document.createElement('form');
  private _edits: Edits;

  /**
   * @param id makes the ids of this form's elements unique on the page.
   * @param edit tells the kernel that a field was changed; edits are numbered from 1.
   * @param press gives the command of a button that stands beside a field.
   * @param kept keeps which sections are open.
   * @param ask asks the kernel for a bundle.
   */
  constructor(
    id: string,
    edit: (number: number, field: string, value: string) => void,
    press: (command: string) => void,
    kept: KeptSections,
    ask: AskFor
  ) {
    this.element.className = 'lossviz-form';
    this.element.setAttribute('aria-label', trans.__('Settings'));
    this.element.addEventListener('submit', event => {
      event.preventDefault();
    });
    this._edits = new Edits(edit);
    const folds = new Folds(kept);
    const sections = SECTIONS.map(section => (
      <SectionFields
        key={section.group}
        section={section}
        folds={folds}
        edits={this._edits}
        formId={id}
        press={press}
        ask={ask}
      />
    ));
    render(sections, this.element);
  }

  /**
   * Show these fields; one that was changed here after the kernel made them keeps its text.
   *
   * @param handled the number of the last edit of this form that is in these fields.
   */
  show(fields: Field[], handled: number): void {
    this._edits.take(fields, handled);
  }

  /** Send what was typed and not sent yet. */
  flush(): void {
    this._edits.flush();
  }

  /** Put the focus into the first field with an error, wherever it is folded away. */
  focusFirstError(): void {
    const control = this.element.querySelector<HTMLElement>('[aria-invalid="true"]');
    const section = control?.closest('details');
    if (section) {
      section.open = true;
    }
    control?.focus();
  }

  dispose(): void {
    this.flush();
    render(null, this.element);
  }
}

/** Which sections are open, kept over a reload. */
class Folds {
  private _open: Signal<Opened>;

  constructor(private readonly _kept: KeptSections) {
    const found: Opened = Object.fromEntries(SECTIONS.map(({ group, open }) => [group, open]));
    const kept = _kept.read();
    // Somebody else may have written it.
    const good = typeof kept === 'object' && kept !== null ? Object.entries(kept) : [];
    const fits = good.filter(([name, open]) => name in found && typeof open === 'boolean');
    this._open = signal({ ...found, ...Object.fromEntries(fits) });
  }

  isOpen(section: Section): boolean {
    return this._open.value[section.group] ?? section.open;
  }

  set(section: Section, open: boolean): void {
    if (this._open.peek()[section.group] !== open) {
      this._open.value = { ...this._open.peek(), [section.group]: open };
      this._kept.write(this._open.peek());
    }
  }
}

interface SectionProps {
  section: Section;
  folds: Folds;
  edits: Edits;
  formId: string;
  press: (command: string) => void;
  ask: AskFor;
}

function SectionFields({ section, folds, edits, formId, press, ask }: SectionProps): VNode | null {
  const rows = edits.fields.value.filter(one => one.field.value.group === section.group);
  if (!rows.length) {
    return null;
  }
  const fields = rows.map(one => one.field.value);
  const open = folds.isOpen(section);
  const wrong = fields.filter(one => one.error).map(one => one.label);
  // What is set in Advanced is easily forgotten; the others say it when they are folded.
  const told = open && section.group !== 'advanced' ? '' : summary(section.group, fields);
  const whole = wide(fields);
  return (
    <details
      class="lossviz-section"
      open={open}
      onToggle={event => {
        folds.set(section, event.currentTarget.open);
      }}
    >
      <summary>
        <span class="lossviz-section-title">{title(section.group)}</span>
        {!open && wrong.length > 0 ? (
          <span class="lossviz-section-wrong">{trans.__('Check %1', wrong.join(', '))}</span>
        ) : (
          told && (
            <span class="lossviz-section-summary" title={told}>
              {told}
            </span>
          )
        )}
      </summary>
      <div class="lossviz-section-fields">
        {rows.map((edited, i) => (
          <FieldRow
            key={`${fields[i]?.name ?? ''}:${fields[i]?.kind ?? ''}`}
            edited={edited}
            edits={edits}
            formId={formId}
            wide={whole[i] ?? true}
            press={press}
            ask={ask}
          />
        ))}
      </div>
    </details>
  );
}
