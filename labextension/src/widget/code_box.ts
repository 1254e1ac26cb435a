/**
 * The program's text inside the lab, for pages without the extension.
 */

export class CodeBox {
  readonly element = document.createElement('div');
  private _button = document.createElement('button');
  private _message = document.createElement('span');
  private _box = document.createElement('div');
  private _text = document.createElement('textarea');

  /** @param ask asks for the program; `show` or `say` follows. */
  constructor(ask: () => void) {
    this.element.className = 'lossviz-code';
    this._button.type = 'button';
    this._button.className = 'lossviz-button';
    this._button.textContent = 'Show code';
    this._button.title = 'Show the program that Train runs';
    this._button.addEventListener('click', () => {
      if (this._box.hidden) {
        ask();
      } else {
        this._close();
      }
    });
    this._message.className = 'lossviz-code-message';
    this._message.setAttribute('aria-live', 'polite');
    const row = document.createElement('div');
    row.className = 'lossviz-code-row';
    row.append(this._button, this._message);
    this._text.readOnly = true;
    this._text.spellcheck = false;
    this._text.setAttribute('aria-label', 'Program');
    const copy = document.createElement('button');
    copy.type = 'button';
    copy.className = 'lossviz-button';
    copy.textContent = 'Copy';
    copy.addEventListener('click', () => {
      void this._copy();
    });
    this._box.className = 'lossviz-code-box';
    this._box.hidden = true;
    this._box.append(this._text, copy);
    this.element.append(row, this._box);
  }

  /** Show the text inside the lab. */
  show(text: string): void {
    this._text.value = text;
    this._text.rows = Math.min(text.split('\n').length, 30);
    this._box.hidden = false;
    this._button.setAttribute('aria-expanded', 'true');
    this.say('');
  }

  /** Say one line beside the button. */
  say(message: string): void {
    this._message.textContent = message;
  }

  private _close(): void {
    this._box.hidden = true;
    this._button.setAttribute('aria-expanded', 'false');
  }

  private async _copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this._text.value);
      this.say('Copied.');
    } catch {
      // Without the clipboard's permission the selection is ready for the keyboard.
      this._text.select();
      this.say('Press Ctrl+C to copy the selection.');
    }
  }
}
