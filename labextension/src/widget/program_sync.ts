/**
 * Keeps an editor of the program on this page and the program in the kernel the same.
 *
 * The kernel holds the truth. What a person types goes there a moment later; what the kernel changes
 * comes as edits, which are made where the editor holds the text that they belong to. Texts are
 * compared, not only revisions: in a shared notebook another page may have been quicker.
 */

import type { Code, TextEdit } from '../lab_traits';
import type { Source } from '../messages';
import { editsBetween } from '../text_edits';

export const TYPING_MS = 150;

/** In a shared notebook the page where a change was made brings it to the others in this time. */
const SHARED_MS = 1500;

const SETTLING_MS = 20;
const MOST_SETTLING_MS = 3000;

/** Something that holds the program's text on this page: a notebook cell, or the lab's code box. */
export interface ProgramEditor {
  /** The id of the notebook cell; "" for the code box. */
  readonly cell: string;
  /** Whether other people's pages show the same document. */
  readonly shared: boolean;
  /** The loss from which the text's custom loss was made, if that is known. */
  readonly madeFrom: string;
  read(): string;
  /** Make these edits, as one step to undo; the cursor stays where it is in the text. */
  edit(edits: readonly TextEdit[]): void;
}

export class ProgramSync {
  private _editor: ProgramEditor | undefined;
  private _code: Partial<Code> = {};
  /** The text on which editor and kernel agreed last, and its revision. */
  private _agreed = { revision: -1, text: '' };
  private _number = 0;
  private _timer = 0;
  private _later = 0;
  private _editing = false;
  private _opened = false;

  /**
   * @param _page the page's id.
   * @param _send sends to the kernel.
   */
  constructor(
    private readonly _page: string,
    private readonly _send: (message: Source) => void
  ) {}

  get editor(): ProgramEditor | undefined {
    return this._editor;
  }

  /** From now on this editor is kept in step; undefined for none. */
  use(editor: ProgramEditor | undefined): void {
    this._stopTimers();
    this._editor = editor;
    this._opened = false;
    this._open();
  }

  /** The kernel's program has changed. */
  show(code: Partial<Code>): void {
    this._code = code;
    if (!this._opened) {
      this._open();
    } else {
      this._follow();
    }
  }

  /** A person has typed into the editor; cheap, for it is called at every key. */
  typed(): void {
    if (!this._editing) {
      window.clearTimeout(this._timer);
      this._timer = window.setTimeout(() => {
        this.flush();
      }, TYPING_MS);
    }
  }

  /** Wait until editor and kernel hold the same text; at most a moment, for the kernel may be gone. */
  async settled(): Promise<void> {
    this.flush();
    for (let waited = 0; waited < MOST_SETTLING_MS && !this._inStep(); waited += SETTLING_MS) {
      await new Promise(resolve => window.setTimeout(resolve, SETTLING_MS));
    }
  }

  /** Send what was typed and not sent yet. */
  flush(): void {
    window.clearTimeout(this._timer);
    if (!this._timer || !this._editor) {
      return;
    }
    this._timer = 0;
    const text = this._editor.read();
    if (text !== this._agreed.text) {
      this._tell(this._editor, text, false);
    } else {
      this._follow();
    }
  }

  dispose(): void {
    this.flush();
    this._stopTimers();
  }

  /** Compare the editor with the kernel for the first time. */
  private _open(): void {
    const { revision = 0, text = '' } = this._code;
    if (!this._editor || revision < 1) {
      return;
    }
    this._opened = true;
    const found = this._editor.read();
    if (this._editor.cell === '' && found !== text) {
      // The code box has no life of its own: it begins with the kernel's text.
      this._change(this._editor, text);
    } else if (found !== text || this._editor.cell !== (this._code.cell ?? '')) {
      this._agreed = { revision, text: found };
      this._tell(this._editor, found, true);
      return;
    }
    this._agreed = { revision, text };
  }

  private _follow(): void {
    const { revision = 0, text = '', handled = {}, by = '' } = this._code;
    const editor = this._editor;
    if (!editor || !this._opened || (handled[this._page] ?? 0) < this._number) {
      return;
    }
    if (this._timer) {
      // Somebody is typing here: the kernel puts both together.
      this.flush();
      return;
    }
    const found = editor.read();
    if (found !== text) {
      if (found !== this._agreed.text) {
        this._tell(editor, found, false);
        return;
      }
      if (editor.shared && by !== this._page && !this._later) {
        this._later = window.setTimeout(() => {
          this._follow();
          this._later = 0;
        }, SHARED_MS);
        return;
      }
      this._change(editor, text);
    }
    this._agreed = { revision, text };
  }

  private _inStep(): boolean {
    const answered = (this._code.handled?.[this._page] ?? 0) >= this._number;
    return this._opened && answered && !this._timer && this._editor?.read() === this._code.text;
  }

  private _change(editor: ProgramEditor, text: string): void {
    this._editing = true;
    try {
      editor.edit(editsBetween(editor.read(), text, this._code.edits));
    } finally {
      this._editing = false;
    }
  }

  private _tell(editor: ProgramEditor, text: string, opening: boolean): void {
    const revision = this._agreed.revision;
    this._agreed = { revision, text };
    this._number += 1;
    this._send({
      type: 'source',
      page: this._page,
      number: this._number,
      revision,
      text,
      cell: editor.cell,
      opening,
      made_from: opening ? editor.madeFrom : ''
    });
  }

  private _stopTimers(): void {
    window.clearTimeout(this._timer);
    window.clearTimeout(this._later);
    this._timer = this._later = 0;
  }
}
