/**
 * What a notebook's metadata say about lossviz: which cell holds a lab's program, and saved losses.
 *
 * These are only hints. A notebook may come from anybody, and copying a cell copies its metadata, so
 * whatever does not fit is ignored, and no text from here is ever run.
 */

import type { SavedLoss } from '../lab_traits';

export const METADATA = 'lossviz';

const LONGEST_NAME = 64;
const LONGEST_TEXT = 20_000;
const MOST_LOSSES = 20;

/** The metadata of a cell that holds a program. */
export interface CellHint {
  /** The lab that wrote it. */
  lab: string;
  /** The cell's own id, which a copy of the cell does not have. */
  cell: string;
  /** The id of the cell that shows the lab. */
  of: string;
  /** A hash of the settings the lab was created with. */
  start: string;
  /** The loss that a custom one was derived from. */
  made_from: string;
}

/** The hint in a cell's metadata, or undefined if there is none for this cell's id. */
export function cellHint(metadata: unknown, id: string): CellHint | undefined {
  const saved = entries(metadata);
  const hint: CellHint = {
    lab: name(saved['lab']),
    cell: name(saved['cell']),
    of: name(saved['of']),
    start: name(saved['start']),
    made_from: name(saved['made_from'])
  };
  return hint.lab && hint.cell === id ? hint : undefined;
}

/**
 * The cell to name in a hint as the one that shows the lab: that of `known`, while it exists.
 *
 * Several cells can show a lab, and each of its views writes the hint. If each named its own cell, they
 * would overwrite each other at every change.
 */
export function labCellOf(
  known: CellHint | undefined,
  lab: string,
  cells: readonly string[],
  own: string
): string {
  return known?.lab === lab && cells.includes(known.of) ? known.of : own;
}

/** The losses saved in a notebook's metadata. */
export function keptLosses(metadata: unknown): SavedLoss[] {
  const listed = entries(metadata)['losses'];
  if (!Array.isArray(listed)) {
    return [];
  }
  return listed.slice(0, MOST_LOSSES).flatMap(saved => {
    const { title, loss, text } = entries(saved);
    const valid = typeof text === 'string' && text.length <= LONGEST_TEXT;
    return valid ? [{ title: name(title), loss: name(loss), text }] : [];
  });
}

/** Both lists, each text once; the latest losses, if there are too many. */
export function joined(first: readonly SavedLoss[], second: readonly SavedLoss[]): SavedLoss[] {
  const known = new Set(first.map(loss => loss.text));
  return [...first, ...second.filter(loss => !known.has(loss.text))].slice(-MOST_LOSSES);
}

function entries(value: unknown): Record<string, unknown> {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? (value as Record<string, unknown>) : {};
}

function name(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_NAME) : '';
}
