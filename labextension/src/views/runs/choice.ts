/**
 * Which runs the table lists, in which order and with which columns; kept when the page reloads.
 */

import { trans } from '../../i18n/translation';
import type { Scope } from '../../messages';
import { KeptChoice } from '../kept_choice';
import { DEFAULT_COLUMNS, isKernelColumn, runColumns } from './columns';
import type { RunsQuery } from './source';

export type Choice = RunsQuery;

const INITIAL: Choice = {
  scope: 'lab',
  filter: '',
  sort: 'started',
  descending: true,
  columns: [...DEFAULT_COLUMNS]
};

/** The scopes in the order of their buttons, and what those are called. */
export function scopeTitles(): [Scope, string][] {
  return [
    ['lab', trans.__('This lab')],
    ['kernel', trans.__('This kernel')],
    ['all', trans.__('All runs')]
  ];
}

/** What was last chosen in this lab; whatever is invalid gives way to the initial choice. */
export function savedChoice(lab: string): Choice {
  const saved = storageOf(lab).read();
  const entries: Record<string, unknown> = typeof saved === 'object' && saved ? { ...saved } : {};
  const { scope, filter, sort, descending, columns } = entries;
  return {
    scope: scope === 'lab' || scope === 'kernel' || scope === 'all' ? scope : INITIAL.scope,
    filter: typeof filter === 'string' ? filter : INITIAL.filter,
    sort: isColumn(sort) ? sort : INITIAL.sort,
    descending: typeof descending === 'boolean' ? descending : INITIAL.descending,
    columns: Array.isArray(columns) ? columns.filter(isColumn) : INITIAL.columns
  };
}

export function saveChoice(lab: string, choice: Choice): void {
  storageOf(lab).write(choice);
}

function storageOf(lab: string): KeptChoice {
  return new KeptChoice(lab, 'runs');
}

function isColumn(id: unknown): id is string {
  return (
    typeof id === 'string' && (isKernelColumn(id) || runColumns().some(column => column.id === id))
  );
}
