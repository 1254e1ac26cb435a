/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * One field of a form: label, control, and below them what is to be said of it.
 */

import { useLayoutEffect, useRef } from 'preact/hooks';
import { Fragment, type RefObject, type TargetedEvent, type VNode } from 'preact';
import type { AskFor } from '../chart/bundles';
import type { Action, Choice, Field } from '../lab_traits';
import type { EditedField, Edits } from './edits';
import { Help } from './help';
import { LossCard } from './loss_card';

type Control = HTMLInputElement | HTMLSelectElement;

interface Props {
  edited: EditedField;
  edits: Edits;
  /** Makes the ids of this form's elements unique on the page. */
  formId: string;
  wide: boolean;
  /** Gives the command of a button that stands beside the field. */
  press: (command: string) => void;
  ask: AskFor;
}

/** What a line below a field says: of which kind it is, and whether a change of it is read out. */
const LINES = [
  { kind: 'error', live: false },
  { kind: 'warning', live: false },
  { kind: 'note', live: true }
] as const;

export function FieldRow({ edited, edits, formId, wide, press, ask }: Props): VNode {
  const field = edited.field.value;
  const text = edited.text.value;
  const id = `lossviz-${formId}-${field.name.replace(/[^a-z0-9_]/gi, '-')}`;
  const control = useRef<Control>(null);
  const labelId = `${id}-label`;
  const check = field.kind === 'check';
  const shown: ControlProps = {
    id,
    field,
    text,
    control,
    describedBy: LINES.map(({ kind }) => `${id}-${kind}`).join(' '),
    type: value => {
      edits.type(edited, value);
    },
    enter: value => {
      edits.enter(edited, value);
    }
  };
  const kinds = ['lossviz-field', wide && 'lossviz-full-line', check && 'lossviz-check'];
  return (
    <Fragment>
      <div class={kinds.filter(Boolean).join(' ')}>
        <div class="lossviz-field-head">
          {check && <CheckBox {...shown} />}
          <label id={labelId} for={id}>
            {field.label}
          </label>
          {field.help && <Help id={`${id}-help`} labelId={labelId} text={field.help} />}
        </div>
        {field.kind === 'choice' && <DropDown {...shown} />}
        {field.kind === 'text' && <TextBox {...shown} />}
      </div>
      <div class="lossviz-full-line lossviz-field-lines">
        {LINES.map(({ kind, live }) => (
          <p
            key={kind}
            id={`${id}-${kind}`}
            class={`lossviz-field-${kind}`}
            aria-live={live ? 'polite' : undefined}
            hidden={!live && !field[kind]}
          >
            {field[kind]}
          </p>
        ))}
        <Actions
          field={field}
          press={command => {
            // The button may be gone in a moment, and the focus must not go with it.
            control.current?.focus({ preventScroll: true });
            press(command);
          }}
        />
      </div>
      <LossCard field={field} ask={ask} />
    </Fragment>
  );
}

interface ControlProps {
  id: string;
  field: Field;
  text: string;
  control: RefObject<Control>;
  describedBy: string;
  type: (text: string) => void;
  enter: (text: string) => void;
}

/** What all controls have in common. */
function common({ id, field, describedBy }: ControlProps) {
  return {
    id,
    'aria-invalid': field.error !== '',
    'aria-describedby': describedBy,
    'aria-description': field.help || undefined
  };
}

function CheckBox(props: ControlProps): VNode {
  return (
    <input
      {...common(props)}
      ref={props.control as RefObject<HTMLInputElement>}
      type="checkbox"
      checked={props.text === 'True'}
      onChange={(event: TargetedEvent<HTMLInputElement>) => {
        props.enter(event.currentTarget.checked ? 'True' : 'False');
      }}
    />
  );
}

function TextBox(props: ControlProps): VNode {
  const { field, text, control } = props;
  const words = field.group === 'task' || field.actions.some(({ command }) => command === 'fill');
  // Somebody who has selected all of it is about to replace it, not to add to the new value.
  const input = control.current as HTMLInputElement | null;
  const selected = input !== null && input.value !== '' && allSelected(input);
  useLayoutEffect(() => {
    if (selected) {
      input.select();
    }
  }, [text]);
  return (
    <input
      {...common(props)}
      ref={control as RefObject<HTMLInputElement>}
      type="text"
      inputMode={words ? 'text' : 'decimal'}
      autocomplete="off"
      spellcheck={false}
      value={text}
      onInput={(event: TargetedEvent<HTMLInputElement>) => {
        props.type(event.currentTarget.value);
      }}
      onChange={(event: TargetedEvent<HTMLInputElement>) => {
        props.enter(event.currentTarget.value);
      }}
    />
  );
}

function allSelected(input: HTMLInputElement): boolean {
  const { selectionStart, selectionEnd, value } = input;
  return input.matches(':focus') && selectionStart === 0 && selectionEnd === value.length;
}

function DropDown(props: ControlProps): VNode {
  const { field, text, control } = props;
  return (
    <select
      {...common(props)}
      ref={control as RefObject<HTMLSelectElement>}
      value={text}
      onChange={(event: TargetedEvent<HTMLSelectElement>) => {
        props.enter(event.currentTarget.value);
      }}
    >
      {headed(field.choices).map(({ heading, choices }) => {
        const options = choices.map(({ value, label }) => (
          <option key={value} value={value} selected={value === text}>
            {label}
          </option>
        ));
        return heading ? (
          <optgroup key={heading} label={heading}>
            {options}
          </optgroup>
        ) : (
          options
        );
      })}
    </select>
  );
}

/** The lines of a drop-down, neighbours of one heading together. */
function headed(choices: readonly Choice[]): { heading: string; choices: Choice[] }[] {
  const found: { heading: string; choices: Choice[] }[] = [];
  for (const choice of choices) {
    const last = found.at(-1);
    if (last?.heading === choice.group) {
      last.choices.push(choice);
    } else {
      found.push({ heading: choice.group, choices: [choice] });
    }
  }
  return found;
}

function Actions({ field, press }: { field: Field; press: (command: string) => void }) {
  if (!field.actions.length) {
    return null;
  }
  const asks = field.warning !== '' && field.actions.length > 1;
  const main = ({ command }: Action): boolean => asks && command === 'replace_loss';
  return (
    <div class="lossviz-field-actions">
      {field.actions.map(action => (
        <button
          key={action.command}
          type="button"
          class={`lossviz-button lossviz-small${main(action) ? ' lossviz-primary' : ''}`}
          onClick={() => {
            press(action.command);
          }}
        >
          {action.label}
        </button>
      ))}
    </div>
  );
}
