/**
 * What every table of runs has in common: heads, names in the run's colour, and what a status means.
 */

import { runColour } from '../chart/palette';
import type { Status } from '../messages';

const LIVE: readonly Status[] = ['running', 'paused', 'queued'];

/** Whether a run has not ended. */
export function isLive({ status }: { status: Status }): boolean {
  return LIVE.includes(status);
}

/** The head of a column. */
export function headCell(...content: (string | Node)[]): HTMLTableCellElement {
  const cell = document.createElement('th');
  cell.scope = 'col';
  cell.append(...content);
  return cell;
}

/** The head of a run's row: its name is to be set, and its colour with `colourCell`. */
export function nameCell(): HTMLTableCellElement {
  const cell = document.createElement('th');
  cell.scope = 'row';
  return cell;
}

/** Mark a cell with a run's colour. */
export function colourCell(cell: HTMLElement, colour: number): void {
  cell.classList.add('lossviz-run-cell');
  // The style sheet takes the one that suits the page, also when its theme changes.
  cell.style.setProperty('--lossviz-run-light', runColour(colour, false));
  cell.style.setProperty('--lossviz-run-dark', runColour(colour, true));
}

/** Set the text of an element where it is another one; what is unchanged is not drawn again. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}
