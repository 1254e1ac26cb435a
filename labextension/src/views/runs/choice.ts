/**
 * Which runs a person looks at, in which order and columns; kept over a reload of the page.
 */

import { KeptChoice } from '../kept_choice';
import { isExtra, DEFAULT, PLAIN } from './columns';
import type { RunsQuery } from './source';

export type Choice = RunsQuery;

export const SCOPES = {
  lab: 'This lab',
  kernel: 'This kernel',
  all: 'All recorded'
} as const;

const FIRST: Choice = {
  scope: 'lab',
  filter: '',
  sort: 'started',
  descending: true,
  columns: [...DEFAULT]
};

/** What was chosen in this lab before, as far as it makes sense. */
export function chosenBefore(lab: string): Choice {
  const kept = keptOf(lab).read();
  const found: Record<string, unknown> = typeof kept === 'object' && kept ? { ...kept } : {};
  const { scope, filter, sort, descending, columns } = found;
  return {
    scope: scope === 'lab' || scope === 'kernel' || scope === 'all' ? scope : FIRST.scope,
    filter: typeof filter === 'string' ? filter : FIRST.filter,
    sort: isColumn(sort) ? sort : FIRST.sort,
    descending: typeof descending === 'boolean' ? descending : FIRST.descending,
    columns: Array.isArray(columns) ? columns.filter(isColumn) : FIRST.columns
  };
}

/** Keep what is chosen in this lab. */
export function keepChoice(lab: string, choice: Choice): void {
  keptOf(lab).write(choice);
}

function keptOf(lab: string): KeptChoice {
  return new KeptChoice(lab, 'runs');
}

function isColumn(id: unknown): id is string {
  return typeof id === 'string' && (isExtra(id) || PLAIN.some(one => one.id === id));
}
