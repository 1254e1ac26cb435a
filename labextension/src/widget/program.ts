/**
 * The program in a lab: its row of buttons, and the notebook cell or code box that holds the text.
 */

import type { AskFor } from '../chart/bundles';
import { trans } from '../i18n/translation';
import type { ProgramState } from '../lab_traits';
import type { Comparison, SavedLosses, Program, Script, Source } from '../messages';
import { pageServices, type ProgramCell } from '../page';
import { button } from '../controls/button';
import { CodeBox } from './code_box';
import { ComparisonBox } from './comparison';
import { ProgramSync } from './program_sync';
import { ScriptBox } from './script_box';

/** A lab's element is added to the notebook a moment after it is created. */
const ATTACH_MS = 100;
const MOST_TRIES = 100;

type Press = 'show_code' | 'compare' | 'script' | 'save_cell' | 'not_run';

export class ProgramPart {
  readonly element = document.createElement('div');
  private _show = button(
    trans.__('View code'),
    trans.__('View the program that Train runs'),
    () => {
      this._toggle();
    }
  );
  private _state = document.createElement('span');
  private _restore = button(
    trans.__('Restore cell'),
    trans.__('Put the code into a new cell below the lab'),
    () => {
      this._press('show_code');
    }
  );
  private _message = document.createElement('span');
  private _comparison: ComparisonBox;
  private _script: ScriptBox;
  private _box: CodeBox;
  private _sync: ProgramSync;
  private _cell: ProgramCell | undefined;
  private _code: Partial<ProgramState> = {};
  private _live = false;
  private _savedLossesSent = false;
  private _tries = 0;
  private _timer = 0;

  /**
   * @param _host the lab's element.
   * @param _labId the lab's id.
   * @param _page this page's id.
   * @param _send sends a message to the kernel.
   * @param _press called with the command of a button that was pressed.
   * @param ask asks the kernel for a bundle.
   */
  constructor(
    private readonly _host: HTMLElement,
    private readonly _labId: string,
    private readonly _page: string,
    private readonly _send: (message: Source | SavedLosses) => void,
    private readonly _press: (command: Press) => void,
    ask: AskFor
  ) {
    const say = (message: string): void => {
      this.say(message);
    };
    this._sync = new ProgramSync(_page, _send);
    this._box = new CodeBox(
      () => {
        this._sync.typed();
      },
      () => {
        _press('save_cell');
      },
      say,
      ask
    );
    this._script = new ScriptBox(say, ask);
    this._comparison = new ComparisonBox(ask);
    const exportScript = button(
      trans.__('Export script'),
      trans.__('The same training as a single file, without lossviz'),
      () => {
        _press('script');
      }
    );
    this.element.className = 'lossviz-code';
    this._state.className = 'lossviz-code-state';
    this._message.className = 'lossviz-code-message';
    this._message.setAttribute('aria-live', 'polite');
    this._restore.hidden = true;
    const row = document.createElement('div');
    row.className = 'lossviz-code-row';
    row.append(this._show, exportScript, this._message, this._state, this._restore);
    this.element.append(row, this._box.element, this._script.element, this._comparison.element);
    this._sync.use(this._box);
    this._bind();
  }

  /** Whether this page can hold the program in a notebook cell. */
  get hasCells(): boolean {
    this._bind();
    return this._cell !== undefined;
  }

  /** The kernel has answered: opening a notebook alone must not change a cell. */
  connect(): void {
    if (!this._live) {
      this._live = true;
      this._bind();
    }
  }

  /** The kernel's program has changed. */
  showCode(code: Partial<ProgramState>): void {
    const changed = code.revision !== this._code.revision;
    this._code = code;
    if (changed && this._comparison.open) {
      this._press('compare');
    }
    this._bind();
    this._cell?.show(code);
    this._sendSavedLosses();
    this._sync.show(code);
    this._describe();
  }

  /** The kernel asks to show the program, and perhaps to run it. */
  async showProgram({ run }: Program): Promise<void> {
    this._bind();
    const cell = this._cell;
    if (!cell) {
      if (run) {
        this._press('not_run');
      } else {
        this._openBox(true);
      }
      return;
    }
    cell.write(this._code.text ?? '');
    if (!run) {
      cell.reveal();
      this.say('');
      return;
    }
    // The kernel reads what was just typed, or a cell taken over from an earlier lab, first.
    await this._sync.settled();
    if (this._cell !== cell) {
      return; // The lab was closed meanwhile, and nobody would see the run.
    }
    if (!(await cell.run())) {
      this._press('not_run');
    }
  }

  showComparison(comparison: Comparison): void {
    this._comparison.show(comparison);
  }

  showScript(script: Script): void {
    this._script.show(script);
  }

  /** Show one line beside the buttons. */
  say(message: string): void {
    this._message.textContent = message;
  }

  /** Send typed changes that are still waiting. */
  flush(): void {
    this._sync.flush();
  }

  /** The kernel is gone: the cell becomes an ordinary one again. */
  disconnect(): void {
    this._sync.use(undefined);
    this._cell?.dispose();
    this._cell = undefined;
    this._tries = MOST_TRIES;
    this._state.textContent = '';
    this._restore.hidden = true;
  }

  dispose(): void {
    window.clearTimeout(this._timer);
    this._sync.dispose();
    this._box.dispose();
    this._script.dispose();
    this._comparison.dispose();
    this.disconnect();
  }

  /** Bind to the notebook, once the lab is part of it. */
  private _bind(): void {
    const services = pageServices();
    if (!this._live || this._cell || !services || this._tries >= MOST_TRIES) {
      return;
    }
    const cell = services.bindCell(this._host, this._labId, {
      typed: () => {
        this._sync.typed();
      },
      found: () => {
        this._follow();
      }
    });
    if (!cell) {
      this._tries += 1;
      window.clearTimeout(this._timer);
      this._timer = window.setTimeout(() => {
        this._bind();
      }, ATTACH_MS);
      return;
    }
    this._cell = cell;
    this._openBox(false);
    cell.show(this._code);
    this._sendSavedLosses();
    this._follow();
  }

  /** Edit the program in the cell, if there is one. */
  private _follow(): void {
    const cell = this._cell;
    if (!cell) {
      return; // It is still being bound.
    }
    if (this._sync.editor !== cell.editor) {
      this._sync.use(cell.editor);
    }
    this._describe();
  }

  /** Send the losses saved in the notebook to the kernel, once. */
  private _sendSavedLosses(): void {
    const kept = this._cell?.kept() ?? [];
    if (kept.length && !this._savedLossesSent) {
      this._savedLossesSent = true;
      this._send({ type: 'kept_losses', page: this._page, losses: kept });
    }
  }

  private _toggle(): void {
    if (this._box.open) {
      this._openBox(false);
    } else {
      this._press('show_code');
    }
  }

  private _openBox(open: boolean): void {
    this._box.open = open;
    if (this._cell) {
      this._show.removeAttribute('aria-expanded');
    } else {
      this._show.setAttribute('aria-expanded', String(open));
    }
  }

  private _describe(): void {
    const cell = this._cell;
    const missing = cell?.missing ?? false;
    const { state, message = '' } = this._code;
    let text = '';
    if (missing) {
      text = trans.__('The cell with the code was deleted.');
    } else if (state === 'unreadable') {
      text = message;
    } else {
      const sync = cell?.editor ? trans.__('In sync with cell %1', cell.label) : '';
      text = [sync, state === 'edited' ? message : ''].filter(Boolean).join(' · ');
    }
    if (this._state.textContent !== text) {
      this._state.textContent = text;
    }
    this._state.dataset['state'] = missing ? 'missing' : (state ?? 'in_step');
    this._restore.hidden = !missing;
  }
}
