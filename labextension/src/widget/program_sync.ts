/**
 * Keeps an editor on this page in sync with the program in the kernel.
 *
 * The kernel holds the truth. What somebody types is sent a moment later; what the kernel changes
 * arrives as edits, which apply only to the text they were made for. Texts are compared, not just
 * revisions: in a shared notebook another page may have been faster.
 */

import type { ProgramState, TextEdit } from '../lab_traits';
import type { Source } from '../messages';
import { editsBetween } from '../text_edits';

export const TYPING_MS = 150;

/** In a shared notebook, the page that made a change brings it to the others within this time. */
const SHARED_MS = 1500;

const SETTLING_MS = 20;
const MOST_SETTLING_MS = 3000;

/** Holds the program's text on this page: a notebook cell, or the lab's code box. */
export interface ProgramEditor {
  /** The id of the notebook cell, or "" for the code box. */
  readonly cell: string;
  /** Whether other people's pages show the same document. */
  readonly shared: boolean;
  /** The loss that the text's custom loss was derived from, if known. */
  readonly madeFrom: string;
  read(): string;
  /** Apply these edits as one undo step; the cursor keeps its place in the text. */
  edit(edits: readonly TextEdit[]): void;
}

/**
 * How far editor and kernel are in sync:
 *
 * - closed: the editor or the kernel's text is missing. Both are compared once they are there.
 * - synced: both held the same text; a change in the kernel is applied to the editor at once.
 * - typed: somebody has typed here, and the change is about to be sent.
 * - sent: the change is with the kernel; until it is handled, the kernel's text is out of date.
 * - deferred: another page of a shared notebook is expected to apply the kernel's change.
 */
export type SyncState = 'closed' | 'synced' | 'typed' | 'sent' | 'deferred';

export class ProgramSync {
  private _state: SyncState = 'closed';
  private _editor: ProgramEditor | undefined;
  private _code: Partial<ProgramState> = {};
  /** The last text that editor and kernel had in common, and its revision. */
  private _common = { revision: -1, text: '' };
  private _number = 0;
  /** Ends the states `typed` and `deferred`. */
  private _timer = 0;
  private _editing = false;

  /**
   * @param _page the page's id.
   * @param _send sends a message to the kernel.
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

  /** Keep this editor in sync from now on; undefined for none. */
  use(editor: ProgramEditor | undefined): void {
    this._enter('closed');
    this._editor = editor;
    this._open();
  }

  /** The kernel's program has changed. */
  show(code: Partial<ProgramState>): void {
    this._code = code;
    if (this._state === 'closed') {
      this._open();
    } else if (this._state !== 'typed') {
      this._follow();
    } else if (this._handled) {
      // Somebody is typing here: the kernel merges both changes.
      this.flush();
    }
  }

  /** Somebody has typed into the editor. Called at every key, so it must be cheap. */
  typed(): void {
    if (!this._editing && this._state !== 'closed') {
      this._enter('typed', TYPING_MS, () => {
        this.flush();
      });
    }
  }

  /** Wait until editor and kernel hold the same text, but not for long: the kernel may be gone. */
  async settled(): Promise<void> {
    this.flush();
    for (let waited = 0; waited < MOST_SETTLING_MS && !this._synced; waited += SETTLING_MS) {
      await new Promise(resolve => window.setTimeout(resolve, SETTLING_MS));
    }
  }

  /** Send typed changes that are still waiting. */
  flush(): void {
    if (this._state !== 'typed' || !this._editor) {
      return;
    }
    const text = this._editor.read();
    if (text !== this._common.text) {
      this._sendText(this._editor, text, false);
    } else {
      this._follow();
    }
  }

  dispose(): void {
    this.flush();
    this._enter('closed');
  }

  /** Whether the kernel has handled everything this page has sent. */
  private get _handled(): boolean {
    return (this._code.handled?.[this._page] ?? 0) >= this._number;
  }

  private get _synced(): boolean {
    return this._state === 'synced' && this._editor?.read() === this._code.text;
  }

  /** Compare editor and kernel for the first time. */
  private _open(): void {
    const { revision = 0, text = '' } = this._code;
    if (!this._editor || revision < 1) {
      return;
    }
    const present = this._editor.read();
    if (this._editor.cell === '' && present !== text) {
      // The code box has no text of its own: it starts from the kernel's.
      this._apply(this._editor, text);
    } else if (present !== text || this._editor.cell !== (this._code.cell ?? '')) {
      this._common = { revision, text: present };
      this._sendText(this._editor, present, true);
      return;
    }
    this._markSynced(revision, text);
  }

  /** Apply the kernel's changes, once it has handled those of this page. */
  private _follow(alone = false): void {
    const { revision = 0, text = '', by = '' } = this._code;
    const editor = this._editor;
    if (!editor) {
      return;
    }
    if (!this._handled) {
      this._enter('sent');
      return;
    }
    const present = editor.read();
    if (present !== text) {
      if (present !== this._common.text) {
        this._sendText(editor, present, false);
        return;
      }
      if (editor.shared && by !== this._page && !alone) {
        this._defer();
        return;
      }
      this._apply(editor, text);
    }
    this._markSynced(revision, text);
  }

  /** Leave the change to another page; if it does not make it, this one does. */
  private _defer(): void {
    if (this._state !== 'deferred') {
      this._enter('deferred', SHARED_MS, () => {
        this._follow(true);
      });
    }
  }

  private _markSynced(revision: number, text: string): void {
    this._common = { revision, text };
    this._enter('synced');
  }

  private _apply(editor: ProgramEditor, text: string): void {
    this._editing = true;
    try {
      editor.edit(editsBetween(editor.read(), text, this._code.edits));
    } finally {
      this._editing = false;
    }
  }

  private _sendText(editor: ProgramEditor, text: string, opening: boolean): void {
    const revision = this._common.revision;
    this._common = { revision, text };
    this._number += 1;
    this._enter('sent');
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

  /** Enter a state; with `then`, it ends after this many milliseconds. */
  private _enter(state: SyncState, after = 0, then?: () => void): void {
    window.clearTimeout(this._timer);
    this._state = state;
    this._timer = then ? window.setTimeout(then, after) : 0;
  }
}
