/**
 * Which cell of a notebook holds a lab's program.
 */

import { cellHint } from './hint';

/** What is needed to identify a cell. */
export interface CellSummary {
  id: string;
  code: boolean;
  /** What lossviz wrote into its metadata. */
  hint: unknown;
}

/** The lab whose program is looked for. */
export interface ProgramQuery {
  lab: string;
  /** A hash of the settings the lab was created with. */
  start: string;
  /** The cell that the kernel knows, or "". */
  cell: string;
  /** The cell that shows the lab. */
  labCell: string;
}

/**
 * The index of the cell that holds the lab's program, or -1.
 *
 * It is the cell whose id the kernel knows, or one that this lab wrote before. After a restart, or when
 * the lab's cell was run again, the new lab takes over its predecessor's program: the one of the same
 * lab cell and settings, or the cell right below if its lab's cell was deleted.
 */
export function findProgram(cells: readonly CellSummary[], wanted: ProgramQuery): number {
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
