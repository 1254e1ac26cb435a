/**
 * What can be done with the runs that are selected, as a row of buttons. What needs a word more is
 * asked below them, in the page and not in a window of the browser's.
 */

import { button } from '../../controls/button';
import { formatCount } from '../../format';
import type { ListedRun, RunsChange } from '../../messages';
import { isLive } from '../run_cells';
import { askForText, askWhether } from './questions';

/** So many fit beside each other. */
const MOST_COMPARED = 12;

export interface ActionHandlers {
  compare(runs: ListedRun[]): void;
  change(change: RunsChange['change'], runs: ListedRun[], text: string): void;
  clear(): void;
}

/** An action, and why it is not possible with these runs: "" where it is. */
interface Action {
  button: HTMLButtonElement;
  why: (runs: ListedRun[]) => string;
}

export class RunsActions {
  readonly element = document.createElement('div');
  private _count = document.createElement('span');
  private _question = document.createElement('div');
  private _said = document.createElement('p');
  private _runs: ListedRun[] = [];
  private _actions: Action[] = [];
  private _show: HTMLButtonElement;
  private _clear: HTMLButtonElement;
  private _waiting = false;

  constructor(private readonly _handlers: ActionHandlers) {
    const line = document.createElement('div');
    line.className = 'lossviz-runs-line';
    line.setAttribute('role', 'group');
    line.setAttribute('aria-label', 'Selected runs');
    this._count.className = 'lossviz-runs-count';
    this._said.className = 'lossviz-runs-said';
    this._said.setAttribute('aria-live', 'polite');
    const { change } = _handlers;
    this._add(
      'Compare',
      () => {
        _handlers.compare(this._runs);
      },
      runs =>
        runs.length < 2
          ? 'Select two runs or more.'
          : runs.length > MOST_COMPARED
            ? `At most ${MOST_COMPARED} runs fit beside each other.`
            : ''
    );
    this._show = this._add(
      'Show on charts',
      () => {
        change(this._allShown ? 'hide' : 'show', this._runs, '');
      },
      some
    );
    this._add(
      'Resume',
      () => {
        change('resume', this._runs, '');
      },
      runs => one(runs) || (runs[0]?.resume ?? '')
    );
    this._add(
      'Rename',
      () => {
        this._ask('New name', this._runs[0]?.name ?? '', 'rename');
      },
      one
    );
    this._add(
      'Note',
      () => {
        const notes = new Set(this._runs.map(({ note }) => note));
        this._ask('Note', notes.size === 1 ? (this._runs[0]?.note ?? '') : '', 'note');
      },
      some
    );
    this._add(
      'Delete',
      () => {
        this._askToDelete();
      },
      runs => {
        const live = runs.find(isLive);
        return live ? `${live.name} has not ended: stop it first.` : some(runs);
      }
    );
    this._clear = button('Clear selection', '', () => {
      _handlers.clear();
    });
    this._clear.classList.add('lossviz-small');
    line.append(this._count, ...this._actions.map(action => action.button), this._clear);
    this.element.append(line, this._question, this._said);
    this.show([]);
  }

  /** These runs are selected. */
  show(runs: ListedRun[]): void {
    const ids = (all: ListedRun[]): string => all.map(({ id }) => id).join();
    if (ids(runs) !== ids(this._runs)) {
      this._question.replaceChildren();
    }
    this._runs = runs;
    this._count.textContent = runs.length ? `${formatCount(runs.length)} selected` : 'Select runs:';
    this._show.textContent = this._allShown ? 'Hide from charts' : 'Show on charts';
    this._clear.hidden = runs.length === 0;
    this._actions.forEach(action => {
      const why = this._waiting ? 'The kernel is doing what was asked last.' : action.why(runs);
      action.button.setAttribute('aria-disabled', String(why !== ''));
      action.button.title = why;
    });
  }

  /** Whether the kernel has still to do something. */
  set waiting(waiting: boolean) {
    this._waiting = waiting;
    this.show(this._runs);
  }

  /** Say what has come of it, or why nothing has. */
  say(text: string, trouble = false): void {
    this._said.textContent = text;
    this._said.dataset['kind'] = trouble ? 'error' : 'info';
  }

  private get _allShown(): boolean {
    return this._runs.length > 0 && this._runs.every(({ shown }) => shown);
  }

  /** A button; pressed while it is not possible it says why. */
  private _add(
    label: string,
    press: () => void,
    why: (runs: ListedRun[]) => string
  ): HTMLButtonElement {
    const made = button(label, '', () => {
      const reason = made.getAttribute('aria-disabled') === 'true' ? made.title : '';
      this.say(reason);
      this._question.replaceChildren();
      if (!reason) {
        press();
      }
    });
    made.classList.add('lossviz-small');
    this._actions.push({ button: made, why });
    return made;
  }

  private _ask(label: string, value: string, change: 'rename' | 'note'): void {
    const runs = this._runs;
    askForText(this._question, label, value, text => {
      this._handlers.change(change, runs, text);
    });
  }

  private _askToDelete(): void {
    const runs = this._runs;
    const [only] = runs;
    const what = runs.length === 1 && only ? only.name : `${formatCount(runs.length)} runs`;
    const goes =
      runs.length === 1 ? 'its losses and its checkpoint' : 'their losses and checkpoints';
    askWhether(this._question, `Delete ${what} for good, with ${goes}?`, 'Delete', 'Keep', () => {
      this._handlers.change('delete', runs, '');
    });
  }
}

function some(runs: ListedRun[]): string {
  return runs.length ? '' : 'Select runs in the table first.';
}

function one(runs: ListedRun[]): string {
  return runs.length === 1 ? '' : 'Select one run.';
}
