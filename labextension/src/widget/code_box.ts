/**
 * The program in an editor of the lab's own, for pages without real cells.
 */

import { trans } from '../i18n/translation';
import type { AskFor } from '../chart/bundles';
import type { TextEdit } from '../lab_traits';
import { button } from '../controls/button';
import type { ProgramEditor } from './program_sync';
import { copyText } from '../controls/text_output';
import { CodeText } from './code_text';

export class CodeBox implements ProgramEditor {
  readonly element = document.createElement('div');
  readonly cell = '';
  readonly shared = false;
  readonly madeFrom = '';
  private _text: CodeText;

  /**
   * @param typed called at each change that a person makes.
   * @param save asks the kernel to put the program into a cell.
   * @param say says one line beside the box's button.
   * @param ask asks the kernel for a bundle.
   */
  constructor(typed: () => void, save: () => void, say: (message: string) => void, ask: AskFor) {
    this.element.className = 'lossviz-code-box';
    this.element.hidden = true;
    this._text = new CodeText({ label: trans.__('Program'), readOnly: false, typed, ask });
    const row = document.createElement('div');
    row.className = 'lossviz-code-row';
    row.append(
      button(trans.__('Copy'), trans.__('Copy the program'), () => {
        void copyText(this._text, say);
      }),
      button(
        trans.__('Save as cell'),
        trans.__('Put the program into a cell of the notebook'),
        save
      )
    );
    this.element.append(this._text.element, row);
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  set open(open: boolean) {
    this.element.hidden = !open;
    if (open) {
      this._text.load();
    }
  }

  read(): string {
    return this._text.value;
  }

  edit(edits: readonly TextEdit[]): void {
    this._text.edit(edits);
  }

  dispose(): void {
    this._text.dispose();
  }
}
