/**
 * Putting text into real cells of a notebook.
 */

import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';

/** What lossviz wrote last into a cell, by lab: `[cell id, text]`. */
const written = new Map<string, readonly [id: string, text: string]>();

/** The index of the cell that shows `host` in its output, or -1. */
export function cellOf(panel: NotebookPanel, host: HTMLElement): number {
  return panel.content.widgets.findIndex(cell => cell.node.contains(host));
}

/**
 * Show a lab's program in a cell below the lab's own.
 *
 * A cell that lossviz wrote for this lab and nobody has touched is brought up to date. One that a
 * person has edited is theirs: it stays as it is, and the program goes into a new cell.
 *
 * @returns the cell, or undefined when `host` is in no cell of the notebook.
 */
export function showProgram(
  panel: NotebookPanel,
  host: HTMLElement,
  labId: string,
  text: string
): Cell | undefined {
  const labCell = cellOf(panel, host);
  const model = panel.content.model?.sharedModel;
  if (labCell < 0 || !model) {
    return undefined;
  }
  const [id, before] = written.get(labId) ?? ['', ''];
  const index = model.cells.findIndex(cell => cell.id === id);
  const known = model.cells[index];
  if (known?.getSource() === before && known.cell_type === 'code') {
    replaceDifference(known, text);
    written.set(labId, [id, text]);
    return reveal(panel, index);
  }
  const cell = model.insertCell(labCell + 1, {
    cell_type: 'code',
    source: text,
    metadata: { lossviz: { lab: labId } }
  });
  written.set(labId, [cell.id, text]);
  return reveal(panel, labCell + 1);
}

interface Source {
  getSource(): string;
  updateSource(start: number, end: number, value?: string): void;
}

/** Make the cell's text `text`, touching only what differs: cursor and undo history stay. */
export function replaceDifference(cell: Source, text: string): void {
  const old = cell.getSource();
  if (old === text) {
    return;
  }
  let start = 0;
  while (start < Math.min(old.length, text.length) && old[start] === text[start]) {
    start++;
  }
  let same = 0;
  while (
    same < Math.min(old.length, text.length) - start &&
    old[old.length - 1 - same] === text[text.length - 1 - same]
  ) {
    same++;
  }
  cell.updateSource(start, old.length - same, text.slice(start, text.length - same));
}

function reveal(panel: NotebookPanel, index: number): Cell | undefined {
  panel.content.activeCellIndex = index;
  void panel.content.scrollToItem(index, 'smart');
  return panel.content.widgets[index];
}
