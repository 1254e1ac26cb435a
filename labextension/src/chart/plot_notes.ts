/**
 * What a chart says within its plot, each with the button that changes it.
 */

import { formatLoss } from '../format';
import { trans } from '../i18n/translation';
import type { Figure } from './kind';

/** What can be changed. */
export type NoteAction = 'unzoom' | 'show everything' | 'hide highest' | 'logarithmic';

interface Note {
  words: string;
  button: string;
  action: NoteAction;
}

/** What a person has chosen. */
export interface NoteState {
  zoomed: boolean;
  everything: boolean;
}

export class PlotNotes {
  readonly element = document.createElement('div');
  private _shown = '';

  /** @param _act called with what a person has pressed. */
  constructor(private readonly _act: (action: NoteAction) => void) {
    this.element.className = 'lossviz-notes';
  }

  /** Say what is to be said of this figure now. */
  show(figure: Pick<Figure, 'cut' | 'wide'>, state: NoteState): void {
    const notes = notesOf(figure, state);
    const shown = JSON.stringify(notes);
    // A button that is pressed just now must not be another one.
    if (shown !== this._shown) {
      this._shown = shown;
      this.element.replaceChildren(...notes.map(note => this._element(note)));
    }
  }

  private _element({ words, button: label, action }: Note): HTMLElement {
    const line = document.createElement('p');
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', () => {
      this._act(action);
    });
    line.append(...(words ? [words, ' '] : []), button);
    return line;
  }
}

function notesOf({ cut, wide }: Pick<Figure, 'cut' | 'wide'>, state: NoteState): Note[] {
  const notes: Note[] = [];
  if (state.zoomed) {
    notes.push({ words: '', button: trans.__('Reset zoom'), action: 'unzoom' });
  }
  if (cut !== null) {
    const words = trans.__('Values above %1 are not shown.', formatLoss(cut));
    notes.push({ words, button: trans.__('Show all'), action: 'show everything' });
  } else if (state.everything) {
    notes.push({ words: '', button: trans.__('Hide the highest values'), action: 'hide highest' });
  }
  if (wide) {
    notes.push({ words: '', button: trans.__('Try log scale'), action: 'logarithmic' });
  }
  return notes;
}
