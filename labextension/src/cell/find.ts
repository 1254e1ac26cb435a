/**
 * Which cell of a notebook holds a lab's program.
 */

import { cellHint } from './hint';

/** A cell, as far as finding goes. */
export interface CellFacts {
  id: string;
  code: boolean;
  /** What its metadata say of lossviz. */
  hint: unknown;
}

export interface Wanted {
  lab: string;
  /** The mark of the settings that the lab was made with. */
  start: string;
  /** The cell that the kernel knows; "" where it knows none. */
  cell: string;
  /** The cell that shows the lab. */
  labCell: string;
}

/**
 * The index of the cell that holds the lab's program, or -1.
 *
 * It is the one that the kernel knows by its id, or that this lab once wrote. A new lab, after a
 * restart or when its cell was run again, takes over the cell of the one before it: of the same
 * cell and settings, or straight below it where the cell of the lab before has gone.
 */
export function findProgram(cells: readonly CellFacts[], wanted: Wanted): number {
  if (wanted.cell) {
    const known = cells.findIndex(cell => cell.code && cell.id === wanted.cell);
    if (known >= 0) {
      return known;
    }
  }
  const hints = cells.map(cell => (cell.code ? cellHint(cell.hint, cell.id) : undefined));
  const own = hints.findIndex(hint => hint?.lab === wanted.lab);
  if (own >= 0 || wanted.cell) {
    return own;
  }
  const same = hints.findIndex(hint => hint?.of === wanted.labCell && hint.start === wanted.start);
  if (same >= 0) {
    return same;
  }
  const below = cells.findIndex(cell => cell.id === wanted.labCell) + 1;
  const orphan = hints[below];
  const gone = orphan && !cells.some(cell => cell.id === orphan.of);
  return below > 0 && gone && orphan.start === wanted.start ? below : -1;
}
