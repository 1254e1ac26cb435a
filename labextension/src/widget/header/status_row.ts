/**
 * What a lab says in one line: its status with what can be done about it, and what keeps the page
 * from working.
 */

import { button } from '../../controls/button';
import { icon } from '../../controls/icons';
import { setText } from '../../controls/set_text';
import { trans } from '../../i18n/translation';
import type { Action, StatusLine } from '../../lab_traits';
import { part } from './part';

export class StatusRow {
  readonly element = part('div', 'lossviz-says');
  /** The only element of the head that a screen reader follows while all is well. */
  private _status = part('p', 'lossviz-status');
  private _line = part('div', 'lossviz-says-line');
  private _tensorflow = part('p', 'lossviz-tensorflow');
  private _silence = alert('lossviz-silence');
  private _trouble = alert('lossviz-trouble');
  private _actions = part('div', 'lossviz-actions');
  private _offered = '';
  private _kind = '';
  private _silent = false;
  private _details = document.createElement('details');
  private _traceback = document.createElement('pre');

  /**
   * @param _press gives the command of an action.
   * @param _leave takes the focus where the action that has it is gone.
   */
  constructor(
    private readonly _press: (command: string) => void,
    private readonly _leave: () => void
  ) {
    this._status.setAttribute('role', 'status');
    this._actions.hidden = this._tensorflow.hidden = this._details.hidden = true;
    const summary = document.createElement('summary');
    summary.textContent = trans.__('Details');
    this._details.className = 'lossviz-details';
    this._details.append(summary, this._traceback);
    this._line.append(this._status, this._actions, this._tensorflow);
    this.element.append(this._silence.line, this._trouble.line, this._line, this._details);
  }

  /** Show the lab's status line. */
  show({ text = '', kind = 'info', actions, tensorflow, details }: Partial<StatusLine>): void {
    if (kind !== this._kind) {
      this._kind = kind;
      this._line.dataset['kind'] = kind;
      this._line.querySelector('svg')?.remove();
      this._line.prepend(icon(kind));
    }
    this._hideStaleLine();
    // Setting the same text again would make some screen readers say it again.
    setText(this._status, text);
    this._showActions(actions ?? []);
    setText(this._tensorflow, tensorflow ?? '');
    this._tensorflow.hidden = !tensorflow;
    this._details.hidden = !details;
    setText(this._traceback, details ?? '');
  }

  /** Say why the kernel cannot be heard, or with "" that it can be again. */
  showSilence(text: string): void {
    this._silence.say(text);
    this._silent = text !== '';
    this._hideStaleLine();
  }

  /** Say what went wrong on this page, beside what the kernel says; "" for nothing. */
  showTrouble(text: string): void {
    this._trouble.say(text);
  }

  /** That a run has started is no news from a kernel that is gone; why one failed still is. */
  private _hideStaleLine(): void {
    this._line.hidden = this._silent && this._kind === 'info';
  }

  /** Buttons for what can be done about the status line; those on show stay, with the focus. */
  private _showActions(actions: readonly Action[]): void {
    const offered = JSON.stringify(actions);
    if (offered === this._offered) {
      return;
    }
    this._offered = offered;
    const focused = this._actions.contains(document.activeElement);
    this._actions.replaceChildren(
      ...actions.map(({ command, label }) =>
        button(label, '', () => {
          this._press(command);
        })
      )
    );
    this._actions.hidden = actions.length === 0;
    if (focused) {
      const next = this._actions.querySelector('button');
      if (next) {
        next.focus({ preventScroll: true });
      } else {
        this._leave();
      }
    }
  }
}

/** A line that a screen reader says at once. */
function alert(name: string): { line: HTMLElement; say: (text: string) => void } {
  const line = part('div', 'lossviz-says-line lossviz-alert');
  const words = part('p', name);
  words.setAttribute('role', 'alert');
  line.append(icon('warning'), words);
  line.hidden = words.hidden = true;
  return {
    line,
    say: text => {
      line.hidden = words.hidden = !text;
      setText(words, text);
    }
  };
}
