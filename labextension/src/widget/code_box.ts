/**
 * The program in an editor of the lab's own, for pages without real cells.
 */

import type { TextEdit } from '../lab_traits';
import { withEdits } from '../text_edits';
import { button } from '../controls/button';
import type { ProgramEditor } from './program_sync';
import { copyText } from '../controls/text_output';

const MOST_ROWS = 30;

export class CodeBox implements ProgramEditor {
  readonly element = document.createElement('div');
  readonly cell = '';
  readonly shared = false;
  readonly madeFrom = '';
  private _text = document.createElement('textarea');

  /**
   * @param typed called at each change that a person makes.
   * @param save asks the kernel to put the program into a cell.
   * @param say says one line beside the box's button.
   */
  constructor(typed: () => void, save: () => void, say: (message: string) => void) {
    this.element.className = 'lossviz-code-box';
    this.element.hidden = true;
    this._text.spellcheck = false;
    this._text.autocapitalize = 'off';
    this._text.setAttribute('aria-label', 'Program');
    this._text.addEventListener('input', () => {
      this._fit();
      typed();
    });
    const row = document.createElement('div');
    row.className = 'lossviz-code-row';
    row.append(
      button('Copy', 'Copy the program', () => {
        void copyText(this._text, say);
      }),
      button('Save as cell', 'Put the program into a cell of the notebook', save)
    );
    this.element.append(this._text, row);
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  set open(open: boolean) {
    this.element.hidden = !open;
  }

  read(): string {
    return this._text.value;
  }

  edit(edits: readonly TextEdit[]): void {
    const { selectionStart, selectionEnd, scrollTop } = this._text;
    this._text.value = withEdits(this._text.value, edits);
    // Setting a value moves the cursor to the end; it belongs where it was in the text.
    this._text.setSelectionRange(moved(selectionStart, edits), moved(selectionEnd, edits));
    this._text.scrollTop = scrollTop;
    this._fit();
  }

  private _fit(): void {
    const rows = Math.min(this._text.value.split('\n').length + 1, MOST_ROWS);
    if (this._text.rows !== rows) {
      this._text.rows = rows;
    }
  }
}

/** Where a place in a text is after these edits. */
export function moved(place: number, edits: readonly TextEdit[]): number {
  let found = place;
  for (const { start, end, text } of edits) {
    if (end <= place) {
      found += text.length - (end - start);
    } else if (start < place) {
      found += start + Math.min(text.length, place - start) - place;
    }
  }
  return found;
}
