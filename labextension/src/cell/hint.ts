/**
 * What a notebook says of lossviz: which cell holds a lab's program, and which losses it keeps.
 *
 * Only hints. A notebook may come from anybody, and copying a cell copies its metadata; so nothing
 * is believed that does not fit, and no text from here is ever run.
 */

import type { SavedLoss } from '../lab_traits';

export const METADATA = 'lossviz';

const LONGEST_NAME = 64;
const LONGEST_TEXT = 20_000;
const MOST_LOSSES = 20;

/** In the metadata of a cell that holds a program. */
export interface CellHint {
  /** The lab that wrote it. */
  lab: string;
  /** The id of this very cell; a copy has another one. */
  cell: string;
  /** The id of the cell that shows the lab. */
  of: string;
  /** The mark of the settings that the lab was made with. */
  start: string;
  /** The loss from which a custom one was made. */
  made_from: string;
}

/** The hint in a cell's metadata, or undefined where there is none that fits its id. */
export function cellHint(metadata: unknown, id: string): CellHint | undefined {
  const found = entries(metadata);
  const hint: CellHint = {
    lab: name(found['lab']),
    cell: name(found['cell']),
    of: name(found['of']),
    start: name(found['start']),
    made_from: name(found['made_from'])
  };
  return hint.lab && hint.cell === id ? hint : undefined;
}

/**
 * The cell that shows the lab, for a hint: the one that `known` names while it is there.
 *
 * A lab can be on show in several cells. Each of its views writes the hint; if each named its own
 * cell, they would overwrite each other at every change.
 */
export function labCellOf(
  known: CellHint | undefined,
  lab: string,
  cells: readonly string[],
  own: string
): string {
  return known?.lab === lab && cells.includes(known.of) ? known.of : own;
}

/** The losses that a notebook's metadata keep. */
export function keptLosses(metadata: unknown): SavedLoss[] {
  const listed = entries(metadata)['losses'];
  if (!Array.isArray(listed)) {
    return [];
  }
  return listed.slice(0, MOST_LOSSES).flatMap(one => {
    const { title, loss, text } = entries(one);
    const fits = typeof text === 'string' && text.length <= LONGEST_TEXT;
    return fits ? [{ title: name(title), loss: name(loss), text }] : [];
  });
}

/** Both lists, each text once. */
export function joined(first: readonly SavedLoss[], second: readonly SavedLoss[]): SavedLoss[] {
  const known = new Set(first.map(loss => loss.text));
  return [...first, ...second.filter(loss => !known.has(loss.text))].slice(-MOST_LOSSES);
}

function entries(value: unknown): Record<string, unknown> {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
  return plain ? (value as Record<string, unknown>) : {};
}

function name(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_NAME) : '';
}
