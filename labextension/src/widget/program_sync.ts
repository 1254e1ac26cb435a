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

/**
 * How editor and kernel stand to each other:
 *
 * - closed: there is no editor, or no text of the kernel's. Both texts are compared when there are.
 * - agreed: both held the same text; a change of the kernel's is made in the editor at once.
 * - typed: a person has typed here, which the kernel is told in a moment.
 * - told: the kernel has been told and has not handled it; until then its text says nothing new.
 * - left: the kernel's change is left to the page of a shared notebook on which it was made.
 */
export type SyncState = 'closed' | 'agreed' | 'typed' | 'told' | 'left';

export class ProgramSync {
  private _state: SyncState = 'closed';
  private _editor: ProgramEditor | undefined;
  private _code: Partial<Code> = {};
  /** The text on which editor and kernel agreed last, and its revision. */
  private _agreed = { revision: -1, text: '' };
  private _number = 0;
  /** Of the states `typed` and `left`, which end by themselves. */
  private _timer = 0;
  private _editing = false;

  /**
   * @param _page the page's id.
   * @param _send sends to the kernel.
   */
  constructor(
    private readonly _page: string,
    private readonly _send: (message: Source) => void
  ) {}

  get state(): SyncState {
    return this._state;
  }

  get editor(): ProgramEditor | undefined {
    return this._editor;
  }

  /** From now on this editor is kept in step; undefined for none. */
  use(editor: ProgramEditor | undefined): void {
    this._enter('closed');
    this._editor = editor;
    this._open();
  }

  /** The kernel's program has changed. */
  show(code: Partial<Code>): void {
    this._code = code;
    if (this._state === 'closed') {
      this._open();
    } else if (this._state !== 'typed') {
      this._follow();
    } else if (this._handled) {
      // Somebody is typing here: the kernel puts both together.
      this.flush();
    }
  }

  /** A person has typed into the editor; cheap, for it is called at every key. */
  typed(): void {
    if (!this._editing && this._state !== 'closed') {
      this._enter('typed', TYPING_MS, () => {
        this.flush();
      });
    }
  }

  /** Wait until editor and kernel hold the same text; at most a moment, for the kernel may be gone. */
  async settled(): Promise<void> {
    this.flush();
    for (let waited = 0; waited < MOST_SETTLING_MS && !this._inStep; waited += SETTLING_MS) {
      await new Promise(resolve => window.setTimeout(resolve, SETTLING_MS));
    }
  }

  /** Send what was typed and not sent yet. */
  flush(): void {
    if (this._state !== 'typed' || !this._editor) {
      return;
    }
    const text = this._editor.read();
    if (text !== this._agreed.text) {
      this._tell(this._editor, text, false);
    } else {
      this._follow();
    }
  }

  dispose(): void {
    this.flush();
    this._enter('closed');
  }

  /** Whether the kernel has handled everything that this page has told it. */
  private get _handled(): boolean {
    return (this._code.handled?.[this._page] ?? 0) >= this._number;
  }

  private get _inStep(): boolean {
    return this._state === 'agreed' && this._editor?.read() === this._code.text;
  }

  /** Compare the editor with the kernel for the first time. */
  private _open(): void {
    const { revision = 0, text = '' } = this._code;
    if (!this._editor || revision < 1) {
      return;
    }
    const found = this._editor.read();
    if (this._editor.cell === '' && found !== text) {
      // The code box has no life of its own: it begins with the kernel's text.
      this._change(this._editor, text);
    } else if (found !== text || this._editor.cell !== (this._code.cell ?? '')) {
      this._agreed = { revision, text: found };
      this._tell(this._editor, found, true);
      return;
    }
    this._agree(revision, text);
  }

  /** Make what the kernel has changed, as soon as it has handled what it was told. */
  private _follow(alone = false): void {
    const { revision = 0, text = '', by = '' } = this._code;
    const editor = this._editor;
    if (!editor) {
      return;
    }
    if (!this._handled) {
      this._enter('told');
      return;
    }
    const found = editor.read();
    if (found !== text) {
      if (found !== this._agreed.text) {
        this._tell(editor, found, false);
        return;
      }
      if (editor.shared && by !== this._page && !alone) {
        this._leave();
        return;
      }
      this._change(editor, text);
    }
    this._agree(revision, text);
  }

  /** Another page makes the change; where it does not come, this one does. */
  private _leave(): void {
    if (this._state !== 'left') {
      this._enter('left', SHARED_MS, () => {
        this._follow(true);
      });
    }
  }

  private _agree(revision: number, text: string): void {
    this._agreed = { revision, text };
    this._enter('agreed');
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
    this._enter('told');
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

  /** Go to a state, which ends with `then` after so long. */
  private _enter(state: SyncState, after = 0, then?: () => void): void {
    window.clearTimeout(this._timer);
    this._state = state;
    this._timer = then ? window.setTimeout(then, after) : 0;
  }
}
