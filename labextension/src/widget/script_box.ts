/**
 * The training as one file without lossviz, to be taken away.
 */

import { trans } from '../i18n/translation';
import type { AskFor } from '../chart/bundles';
import type { Script } from '../messages';
import { button } from '../controls/button';
import { copyText, downloadText } from '../controls/text_output';
import { CodeText } from './code_text';

export class ScriptBox {
  readonly element = document.createElement('div');
  private _text: CodeText;
  private _note = document.createElement('p');

  /**
   * @param _say says one line beside the lab's code.
   * @param ask asks the kernel for a bundle.
   */
  constructor(
    private readonly _say: (message: string) => void,
    ask: AskFor
  ) {
    this.element.className = 'lossviz-code-box';
    this.element.hidden = true;
    this._note.className = 'lossviz-code-message';
    const typed = (): void => undefined;
    this._text = new CodeText({
      label: trans.__('Script without lossviz'),
      readOnly: true,
      typed,
      ask
    });
    const row = document.createElement('div');
    row.className = 'lossviz-code-row';
    row.append(
      button(trans.__('Download script'), trans.__('Save it as training.py'), () => {
        downloadText([this._text.value], 'training.py', 'text/x-python');
      }),
      button(trans.__('Copy script'), trans.__('Copy it'), () => {
        void copyText(this._text, _say);
      }),
      button(trans.__('Close'), trans.__('Close the script'), () => {
        this.element.hidden = true;
      })
    );
    this.element.append(this._note, this._text.element, row);
  }

  show(script: Script): void {
    if (!script.text) {
      this._say(script.message);
      return;
    }
    this._say('');
    this._note.textContent = trans.__('The same training on TensorFlow alone. %1', script.message);
    this._text.value = script.text;
    this.element.hidden = false;
    this._text.load();
  }

  dispose(): void {
    this._text.dispose();
  }
}
