/**
 * The head of a lab: what runs, the buttons, the progress and the status line.
 */

import type { Action, StatusLine } from '../lab_traits';
import type { Command, Progress, RunState } from '../messages';
import { button } from '../controls/button';
import { formatCount, formatSeconds } from '../format';

export type CommandName = Command['command'];

const BUTTONS: Partial<Record<CommandName, { label: string; title: string }>> = {
  train: { label: 'Train', title: 'Run the program' },
  pause: { label: 'Pause', title: 'Hold on; the run can go on later' },
  resume: { label: 'Resume', title: 'Go on with the run' },
  step: { label: 'Step', title: 'Take one step, then pause again' },
  replace: { label: 'Start next now', title: 'End this run and start the next' },
  stop: { label: 'Stop', title: 'End the run; what it has learnt stays' },
  cancel_queued: { label: 'Cancel queued run', title: 'Take back what waits behind this run' },
  reset: { label: 'Reset', title: 'Reset settings to those at the start; runs stay' },
  clear_runs: { label: 'Clear runs', title: 'Take the ended runs off charts and table' }
};

/** While a run is live Train starts nothing at once, and must not look as if it did. */
const QUEUE = { label: 'Queue next run', title: 'Run the program when this run has ended' };

/** Where the focus goes when the button that has it is hidden. */
const INSTEAD: Partial<Record<CommandName, CommandName>> = {
  pause: 'resume',
  resume: 'pause',
  step: 'pause',
  replace: 'stop',
  cancel_queued: 'train',
  clear_runs: 'train'
};

export class LabHeader {
  readonly element = document.createElement('header');
  private _name = part('strong', 'lossviz-run-name');
  private _where = part('span', 'lossviz-where');
  private _row = part('div', 'lossviz-head-row');
  private _buttons = new Map<CommandName, HTMLButtonElement>();
  private _bar = part('div', 'lossviz-progress');
  private _fill = part('div', 'lossviz-progress-fill');
  private _left = part('span', 'lossviz-progress-text');
  private _status = part('p', 'lossviz-status');
  private _tensorflow = part('p', 'lossviz-tensorflow');
  private _silence = part('p', 'lossviz-silence');
  private _trouble = part('p', 'lossviz-trouble');
  private _actions = part('div', 'lossviz-actions');
  private _offered = '';
  private _details = document.createElement('details');
  private _traceback = document.createElement('pre');

  /**
   * @param commands the buttons, in order.
   * @param _press gives the command of a button.
   */
  constructor(
    commands: readonly CommandName[],
    private readonly _press: (command: CommandName) => void
  ) {
    this.element.className = 'lossviz-head';
    const buttons = part('div', 'lossviz-buttons');
    buttons.setAttribute('role', 'group');
    buttons.setAttribute('aria-label', 'Training');
    for (const command of commands) {
      const { label, title } = BUTTONS[command] ?? { label: command, title: '' };
      const made = button(label, title, () => {
        // A press that would do nothing still gets the focus and the tooltip that says why.
        if (made.getAttribute('aria-disabled') !== 'true') {
          _press(command);
        }
      });
      this._buttons.set(command, made);
      buttons.append(made);
    }
    this._row.append(this._name, buttons, this._where);
    this._bar.setAttribute('role', 'progressbar');
    this._bar.setAttribute('aria-label', 'Training progress');
    this._bar.setAttribute('aria-valuemin', '0');
    this._bar.setAttribute('aria-valuemax', '100');
    this._bar.append(this._fill);
    const progress = part('div', 'lossviz-progress-row');
    progress.append(this._bar, this._left);
    this._status.setAttribute('role', 'status');
    const summary = document.createElement('summary');
    summary.textContent = 'Details';
    this._details.className = 'lossviz-details';
    this._details.append(summary, this._traceback);
    this._silence.setAttribute('role', 'alert');
    this._silence.hidden = true;
    this._trouble.setAttribute('role', 'alert');
    this._trouble.hidden = true;
    this.element.append(
      this._row,
      progress,
      this._silence,
      this._trouble,
      this._status,
      this._actions,
      this._tensorflow,
      this._details
    );
  }

  /** Put something beside the buttons. */
  add(element: HTMLElement): void {
    this._row.insertBefore(element, this._where);
  }

  /** Show which commands can be given now. */
  showCommands(commands: readonly string[]): void {
    const focused = [...this._buttons].find(([, one]) => one === document.activeElement)?.[0];
    for (const [command, button] of this._buttons) {
      const possible = commands.includes(command);
      const disabled = String(!possible);
      if (button.getAttribute('aria-disabled') !== disabled) {
        button.setAttribute('aria-disabled', disabled);
      }
    }
    const resume = commands.includes('resume');
    const live = commands.includes('stop');
    this._show('resume', resume);
    this._show('pause', !resume);
    for (const command of ['step', 'replace', 'cancel_queued', 'clear_runs'] as const) {
      this._show(command, commands.includes(command));
    }
    const train = this._buttons.get('train');
    const { label = '', title = '' } = (live ? QUEUE : BUTTONS.train) ?? {};
    if (train && train.textContent !== label) {
      train.textContent = label;
      train.title = title;
    }
    // What continues a paused run is the main thing to do; another run would wait behind it.
    train?.classList.toggle('lossviz-primary', !(resume && live));
    this._buttons.get('resume')?.classList.toggle('lossviz-primary', resume && live);
    const next = focused && this._buttons.get(focused)?.hidden ? INSTEAD[focused] : undefined;
    if (next) {
      this._buttons.get(next)?.focus({ preventScroll: true });
    }
  }

  /** Show the lab's status line. */
  showStatus(status: Partial<StatusLine>): void {
    const text = status.text ?? '';
    // Setting the same text again would make some screen readers say it again.
    if (this._status.textContent !== text) {
      this._status.textContent = text;
    }
    this._status.dataset['kind'] = status.kind ?? 'info';
    this._showActions(status.actions ?? []);
    this._tensorflow.textContent = status.tensorflow ?? '';
    this._tensorflow.hidden = !status.tensorflow;
    this._details.hidden = !status.details;
    if (this._traceback.textContent !== (status.details ?? '')) {
      this._traceback.textContent = status.details ?? '';
    }
  }

  /** Say why the kernel cannot be heard, or with "" that it can be again. */
  showSilence(text: string): void {
    if (this._silence.textContent !== text) {
      this._silence.hidden = !text;
      this._silence.textContent = text;
    }
  }

  /** Say what went wrong on this page, beside what the kernel says. */
  showTrouble(text: string): void {
    this._trouble.hidden = !text;
    this._trouble.textContent = text;
  }

  /**
   * Show where a run is; null before the first.
   *
   * @param lost what to say instead of the state that a run had when its kernel was heard last.
   */
  showRun(run: RunState | null, progress: Progress | null, lost = ''): void {
    const alive = run !== null && ['queued', 'running', 'paused'].includes(run.status);
    const live = alive && !lost;
    this._name.textContent = run ? `${run.name} - ${(alive && lost) || run.status}` : 'No run yet';
    const rate = live && progress && progress.rate > 0 ? progress.rate : null;
    this._where.textContent = [
      run && progress?.step ? `step ${formatCount(progress.step)}` : '',
      run ? run.device.replace(/:0$/, '').replace(':', ' ') : '',
      rate ? `${formatCount(rate)} steps/s` : ''
    ]
      .filter(Boolean)
      .join(' - ');
    const compiling = live && progress?.phase === 'compiling' && progress.step === 0;
    const share = run && progress ? done(run, progress) : 0;
    this._bar.classList.toggle('lossviz-indeterminate', compiling);
    const percent = Math.floor(100 * (share ?? 0));
    if (compiling || share === null) {
      this._bar.removeAttribute('aria-valuenow');
    } else {
      this._bar.setAttribute('aria-valuenow', String(percent));
    }
    this._fill.style.width = compiling ? '' : `${100 * (share ?? 0)}%`;
    const text = run && progress ? describe(run, progress, percent, live, compiling) : '';
    this._left.textContent = text;
    this._bar.setAttribute('aria-valuetext', text || 'Nothing is running');
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
          this._press(command as CommandName);
        })
      )
    );
    this._actions.hidden = actions.length === 0;
    if (focused) {
      const next = this._actions.querySelector('button') ?? this._buttons.get('train');
      next?.focus({ preventScroll: true });
    }
  }

  private _show(command: CommandName, visible: boolean): void {
    const button = this._buttons.get(command);
    if (button) {
      button.hidden = !visible;
    }
  }
}

/** The share of a run's steps that are done, or null while nobody knows how many there are. */
function done(run: RunState, progress: Progress): number | null {
  if (run.status === 'completed') {
    return 1;
  }
  if (!run.steps_per_epoch) {
    return progress.epoch ? (progress.epoch - 1) / run.epochs : null;
  }
  return Math.min(1, progress.step / (run.steps_per_epoch * run.epochs));
}

function describe(
  run: RunState,
  progress: Progress,
  percent: number,
  live: boolean,
  compiling: boolean
): string {
  if (compiling) {
    return 'Compiling the training step...';
  }
  if (run.status === 'queued') {
    return 'Waiting for another run to end';
  }
  const parts = [`${percent} %`, `epoch ${progress.epoch} of ${run.epochs}`];
  if (live && progress.left !== null) {
    parts.push(`${formatSeconds(progress.left)} left`);
  }
  return parts.join('  ');
}

function part(tag: string, name: string): HTMLElement {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}
