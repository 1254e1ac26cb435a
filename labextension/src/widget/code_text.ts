/**
 * A text of code in the lab: a plain text area, which CodeMirror takes the place of when it has come.
 */

import { bundle, type AskFor } from '../chart/bundles';
import type { SelectableText } from '../controls/text_output';
import type { CodeEditor } from '../editor/tokens';
import type { TextEdit } from '../lab_traits';
import { editsBetween, withEdits } from '../text_edits';

const MOST_ROWS = 30;

export interface CodeTextOptions {
  /** Its accessible name. */
  label: string;
  readOnly: boolean;
  /** Called at each change that a person makes. */
  typed: () => void;
  ask: AskFor;
}

export class CodeText implements SelectableText {
  readonly element = document.createElement('div');
  private _text = document.createElement('textarea');
  private _editor: CodeEditor | undefined;
  private _forget: (() => void) | undefined;

  constructor(private readonly _options: CodeTextOptions) {
    this.element.className = 'lossviz-code-text';
    this._text.spellcheck = false;
    this._text.autocapitalize = 'off';
    this._text.readOnly = _options.readOnly;
    this._text.setAttribute('aria-label', _options.label);
    this._text.addEventListener('input', () => {
      this._fit();
      _options.typed();
    });
    this.element.append(this._text);
  }

  /** It is on show: from now on CodeMirror is wanted. */
  load(): void {
    this._forget ??= bundle('editor').want({
      ask: this._options.ask,
      loaded: ({ editor }) => {
        const { selectionStart, selectionEnd, value: text } = this._text;
        const focused = document.activeElement === this._text;
        this._editor = editor({ ...this._options, text });
        this.element.replaceChildren(this._editor.element);
        this._editor.select(selectionStart, selectionEnd);
        if (focused) {
          this._editor.focus();
        }
      },
      // The text area does for as long as it must.
      late: () => undefined
    });
  }

  get value(): string {
    return this._editor?.read() ?? this._text.value;
  }

  set value(value: string) {
    this.edit(editsBetween(this.value, value));
  }

  /** Make these edits; the cursor stays where it is in the text. */
  edit(edits: readonly TextEdit[]): void {
    if (this._editor) {
      this._editor.edit(edits);
      return;
    }
    const { selectionStart, selectionEnd, scrollTop } = this._text;
    this._text.value = withEdits(this._text.value, edits);
    // Setting a value moves the cursor to the end; it belongs where it was in the text.
    this._text.setSelectionRange(moved(selectionStart, edits), moved(selectionEnd, edits));
    this._text.scrollTop = scrollTop;
    this._fit();
  }

  focus(): void {
    (this._editor ?? this._text).focus();
  }

  select(): void {
    if (this._editor) {
      this._editor.select(0, this.value.length);
    } else {
      this._text.select();
    }
  }

  dispose(): void {
    this._forget?.();
    this._editor?.dispose();
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
