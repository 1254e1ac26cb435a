/**
 * What can be done with the selected runs, as a row of buttons. Whatever needs more input is asked
 * below them, in the page rather than in a browser dialog.
 */

import { button } from '../../controls/button';
import { formatCount } from '../../format';
import { trans } from '../../i18n/translation';
import type { ListedRun, RunsChange } from '../../messages';
import { isLive } from '../../store/run_data';
import { askForConfirmation, askForText } from './questions';

export interface ActionHandlers {
  compare(runs: ListedRun[]): void;
  change(change: RunsChange['change'], runs: ListedRun[], text: string): void;
  clear(): void;
}

/** More columns than this do not fit side by side. */
const MOST_COMPARED = 12;

/** Why an action is not available for these runs, or "" if it is. */
type Obstacle = (runs: ListedRun[]) => string;

interface Action {
  button: HTMLButtonElement;
  obstacle: Obstacle;
}

export class RunsActions {
  readonly element = document.createElement('div');
  private _line = document.createElement('div');
  private _count = document.createElement('span');
  private _question = document.createElement('div');
  private _message = document.createElement('p');
  private _runs: ListedRun[] = [];
  private _actions: Action[] = [];
  private _show: HTMLButtonElement;
  private _clear: HTMLButtonElement;
  private _waiting = false;

  constructor(private readonly _handlers: ActionHandlers) {
    this._line.className = 'lossviz-runs-line';
    this._line.setAttribute('role', 'group');
    this._line.setAttribute('aria-label', trans.__('Selected runs'));
    this._count.className = 'lossviz-runs-count';
    this._message.className = 'lossviz-runs-message';
    this._message.setAttribute('aria-live', 'polite');
    const { change } = _handlers;
    this._add(
      trans.__('Compare'),
      () => {
        _handlers.compare(this._runs);
      },
      needsSeveral
    );
    this._show = this._add(
      trans.__('Show on charts'),
      () => {
        change(this._allShown ? 'hide' : 'show', this._runs, '');
      },
      needsAny
    );
    this._add(
      trans.__('Resume'),
      () => {
        change('resume', this._runs, '');
      },
      runs => needsOne(runs) || (runs[0]?.resume ?? '')
    );
    this._add(
      trans.__('Rename'),
      () => {
        this._ask(trans.__('New name'), this._runs[0]?.name ?? '', 'rename');
      },
      needsOne
    );
    this._add(
      trans.__('Edit note'),
      () => {
        const notes = new Set(this._runs.map(({ note }) => note));
        const shared = notes.size === 1 ? (this._runs[0]?.note ?? '') : '';
        this._ask(trans.__('Note'), shared, 'note');
      },
      needsAny
    );
    this._add(
      trans.__('Delete'),
      () => {
        this._confirmDeletion();
      },
      runs => {
        const live = runs.find(isLive);
        return live ? trans.__('Stop %1 before you delete it.', live.name) : needsAny(runs);
      }
    );
    this._clear = button(trans.__('Clear selection'), '', () => {
      _handlers.clear();
    });
    this._clear.classList.add('lossviz-small');
    this._line.append(this._count, ...this._actions.map(action => action.button), this._clear);
    this.element.append(this._line, this._question, this._message);
    this.show([]);
  }

  /** Offer what can be done with these runs, the selected ones. */
  show(runs: ListedRun[]): void {
    const ids = (listed: ListedRun[]): string => listed.map(({ id }) => id).join();
    if (ids(runs) !== ids(this._runs)) {
      this._question.replaceChildren();
    }
    this._runs = runs;
    this._count.textContent = runs.length
      ? trans.__('%1 selected', formatCount(runs.length))
      : trans.__('No runs selected');
    this._show.textContent = this._allShown
      ? trans.__('Hide from charts')
      : trans.__('Show on charts');
    this._clear.hidden = runs.length === 0;
    this._actions.forEach(action => {
      const obstacle = this._waiting
        ? trans.__('Waiting for the previous action to finish.')
        : action.obstacle(runs);
      action.button.setAttribute('aria-disabled', String(obstacle !== ''));
      action.button.title = obstacle;
    });
  }

  /** Whether there are no runs to act on. */
  set empty(empty: boolean) {
    this._line.hidden = empty;
  }

  /** Whether the kernel is still working on an action. */
  set waiting(waiting: boolean) {
    this._waiting = waiting;
    this.show(this._runs);
  }

  /** Report the outcome of an action. */
  report(text: string, failed = false): void {
    this._message.textContent = text;
    this._message.dataset['kind'] = failed ? 'error' : 'info';
  }

  private get _allShown(): boolean {
    return this._runs.length > 0 && this._runs.every(({ shown }) => shown);
  }

  /** Add a button. While it is unavailable it stays focusable, and a press says why. */
  private _add(label: string, act: () => void, obstacle: Obstacle): HTMLButtonElement {
    const added = button(label, '', () => {
      const reason = added.getAttribute('aria-disabled') === 'true' ? added.title : '';
      this.report(reason);
      this._question.replaceChildren();
      if (!reason) {
        act();
      }
    });
    added.classList.add('lossviz-small');
    this._actions.push({ button: added, obstacle });
    return added;
  }

  private _ask(label: string, value: string, change: 'rename' | 'note'): void {
    const runs = this._runs;
    askForText(this._question, label, value, text => {
      this._handlers.change(change, runs, text);
    });
  }

  private _confirmDeletion(): void {
    const runs = this._runs;
    const question = trans._n(
      'Delete %3 permanently, including its metrics and checkpoint?',
      'Delete %2 runs permanently, including their metrics and checkpoints?',
      runs.length,
      formatCount(runs.length),
      runs[0]?.name ?? ''
    );
    askForConfirmation(this._question, question, trans.__('Delete'), () => {
      this._handlers.change('delete', runs, '');
    });
  }
}

function needsAny(runs: ListedRun[]): string {
  return runs.length ? '' : trans.__('Select runs in the table first.');
}

function needsOne(runs: ListedRun[]): string {
  return runs.length === 1 ? '' : trans.__('Select one run.');
}

/** Why these runs cannot be put side by side, or "". */
export function needsSeveral(runs: readonly unknown[]): string {
  if (runs.length < 2) {
    return trans.__('Select at least two runs.');
  }
  const most = formatCount(MOST_COMPARED);
  return runs.length > MOST_COMPARED ? trans.__('Compare at most %1 runs at a time.', most) : '';
}
