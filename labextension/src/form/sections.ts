/**
 * The sections of a form: which there are, what they are called, and what they say while folded.
 */

import { trans } from '../i18n/translation';
import type { Field } from '../lab_traits';

type Group = Field['group'];

export interface Section {
  group: Group;
  /** Whether it is open until somebody folds or opens it. */
  open: boolean;
}

/** In the order in which they stand. */
export const SECTIONS: readonly Section[] = [
  { group: 'task', open: true },
  { group: 'loss', open: true },
  { group: 'optimizer', open: true },
  { group: 'training', open: true },
  { group: 'advanced', open: false }
];

/** What a section is called. */
export function title(group: Group): string {
  switch (group) {
    case 'task':
      return trans.__('Data');
    case 'loss':
      return trans.__('Loss');
    case 'optimizer':
      return trans.__('Optimizer');
    case 'training':
      return trans.__('Training');
    case 'advanced':
      return trans.__('Advanced');
  }
}

/** What a folded section says of its fields. */
export function summary(group: Group, fields: readonly Field[]): string {
  if (group === 'advanced') {
    return fields
      .filter(one => one.changed)
      .map(one => one.label)
      .join(', ');
  }
  const chosen = fields.filter(one => one.kind === 'choice' && !one.indent).map(choiceOf);
  const typed = fields.filter(one => one.kind === 'text' && !one.indent);
  return chosen.length
    ? chosen.join(', ')
    : typed.map(one => `${one.label.toLowerCase()} ${one.value}`).join(', ');
}

/** The label of what is chosen. */
function choiceOf({ choices, value }: Field): string {
  return choices.find(one => one.value === value)?.label ?? value;
}

/** A longer label does not fit above a narrow control. */
const LONG_LABEL = 18;

/** Whether the control is a narrow one, two of which stand side by side. */
function isShort({ kind, group, label, actions, choices }: Field): boolean {
  if (label.length > LONG_LABEL || group === 'task') {
    return false;
  }
  if (kind === 'choice') {
    return (
      choices.length > 0 && choices.every(({ value }) => value === 'True' || value === 'False')
    );
  }
  // One number for each class is a list.
  return kind === 'text' && !actions.some(({ command }) => command === 'fill');
}

/** Which of these fields take the whole width of their section, as one that has no neighbour does. */
export function wide(fields: readonly Field[]): boolean[] {
  const found = fields.map(field => !isShort(field));
  for (let i = 0; i < found.length; i += 1) {
    if (found[i]) {
      continue;
    }
    // A narrow one goes with the next, or stands alone.
    if (found[i + 1] === false) {
      i += 1;
    } else {
      found[i] = true;
    }
  }
  return found;
}
