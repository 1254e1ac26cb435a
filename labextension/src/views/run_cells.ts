/**
 * What every table of runs has in common: heads, names in the run's colour, and what a status means.
 */

import { runColour } from '../chart/palette';
import { trans } from '../i18n/translation';
import type { Status } from '../messages';

/** A run's status in a word. */
export function statusTitle(status: Status): string {
  switch (status) {
    case 'queued':
      return trans.__('Queued');
    case 'running':
      return trans.__('Running');
    case 'paused':
      return trans.__('Paused');
    case 'completed':
      return trans.__('Completed');
    case 'stopped':
      return trans.__('Stopped');
    case 'failed':
      return trans.__('Failed');
    case 'interrupted':
      return trans.__('Interrupted');
  }
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
