/**
 * The buttons of a lab: one filled button, icons for what is done to a live run, and a menu of the
 * rest. All keep their places, whatever can be done.
 */

import { button } from '../../controls/button';
import { MenuButton } from '../../controls/menu_button';
import type { Command } from '../../messages';
import { icon, type IconName } from './icons';
import { part } from './part';

export type CommandName = Command['command'];

interface Shown {
  label: string;
  help: string;
  /** Shown instead of the label, which stays the button's name. */
  icon?: IconName;
  /** The heading under which the menu has it. */
  group?: string;
}

const TRAIN = { label: 'Train', help: 'Run the program' };

const SHOWN: Partial<Record<CommandName, Shown>> = {
  train: TRAIN,
  pause: { label: 'Pause', help: 'Pause the run', icon: 'pause' },
  resume: { label: 'Resume', help: 'Resume the run', icon: 'resume' },
  step: { label: 'Step', help: 'Take one step, then pause', icon: 'step' },
  stop: { label: 'Stop', help: 'Stop the run; the model keeps its weights', icon: 'stop' },
  replace: {
    label: 'Start next now',
    help: 'Stop this run and start the queued one',
    group: 'Queue'
  },
  cancel_queued: { label: 'Cancel queued run', help: 'Cancel the queued run', group: 'Queue' },
  reset: { label: 'Reset', help: 'Reset all settings; runs stay', group: 'Settings' },
  clear_runs: {
    label: 'Clear runs',
    help: 'Remove finished runs from the charts; the history keeps them',
    group: 'Runs'
  }
};

/** While a run is live Train starts nothing at once, and must not look as if it did. */
const QUEUE = { label: 'Queue next run', help: 'Run the program when this run finishes' };

/** Where the focus goes when the button that has it is hidden. */
const INSTEAD: Partial<Record<CommandName, CommandName>> = { pause: 'resume', resume: 'pause' };

export class CommandBar {
  readonly element = part('div', 'lossviz-buttons');
  private _buttons = new Map<CommandName, HTMLButtonElement>();
  private _menu: MenuButton | undefined;
  private _possible: readonly string[] = [];

  /**
   * @param commands those of this view, in order.
   * @param _press gives one.
   */
  constructor(
    commands: readonly CommandName[],
    private readonly _press: (command: CommandName) => void
  ) {
    this.element.setAttribute('role', 'group');
    this.element.setAttribute('aria-label', 'Training');
    for (const command of commands.filter(one => !SHOWN[one]?.group)) {
      const made = this._button(command);
      this._buttons.set(command, made);
      this.element.append(made);
    }
    const rest = commands.filter(one => SHOWN[one]?.group);
    if (rest.length) {
      this._menu = this._overflow(rest);
      this.element.append(this._menu.element);
    }
  }

  /** Show which commands can be given now. */
  show(possible: readonly string[]): void {
    this._possible = possible;
    const focused = [...this._buttons].find(([, one]) => one === document.activeElement)?.[0];
    for (const [command, made] of this._buttons) {
      const disabled = String(!possible.includes(command));
      if (made.getAttribute('aria-disabled') !== disabled) {
        made.setAttribute('aria-disabled', disabled);
      }
    }
    const resume = possible.includes('resume');
    const live = possible.includes('stop');
    this._show('resume', resume);
    this._show('pause', !resume);
    const train = this._buttons.get('train');
    const { label, help } = live ? QUEUE : TRAIN;
    if (train && train.textContent !== label) {
      train.textContent = label;
      train.title = help;
    }
    // What continues a paused run is the main thing to do; another run would wait behind it.
    const paused = resume && live;
    train?.classList.toggle('lossviz-filled', !paused);
    this._buttons.get('resume')?.classList.toggle('lossviz-filled', paused);
    this._menu?.refresh();
    const next = focused && this._buttons.get(focused)?.hidden ? INSTEAD[focused] : undefined;
    if (next) {
      this._buttons.get(next)?.focus({ preventScroll: true });
    }
  }

  /** Give the focus to what starts the next run. */
  focus(): void {
    const [first] = this._buttons.values();
    (this._buttons.get('train') ?? first)?.focus({ preventScroll: true });
  }

  private _button(command: CommandName): HTMLButtonElement {
    const { label, help, icon: picture } = SHOWN[command] ?? { label: command, help: '' };
    const made = button(label, help, () => {
      // A press that would do nothing still gets the focus and the tooltip.
      if (made.getAttribute('aria-disabled') !== 'true') {
        this._press(command);
      }
    });
    if (picture) {
      made.replaceChildren(icon(picture));
      made.setAttribute('aria-label', label);
      made.classList.add('lossviz-icon-button');
    } else {
      made.classList.add('lossviz-train');
    }
    return made;
  }

  private _overflow(commands: readonly CommandName[]): MenuButton {
    const menu = new MenuButton(
      'More',
      'More commands',
      () =>
        commands
          .filter(one => this._possible.includes(one))
          .map(id => {
            const { label, help, group = '' } = SHOWN[id] ?? { label: id, help: '' };
            return { id, label, help, group };
          }),
      ({ id }) => {
        this._press(id as CommandName);
      }
    );
    menu.element.classList.add('lossviz-overflow');
    menu.button.classList.remove('lossviz-small');
    menu.button.classList.add('lossviz-icon-button');
    menu.button.setAttribute('aria-label', 'More');
    menu.button.replaceChildren(icon('more'));
    return menu;
  }

  private _show(command: CommandName, visible: boolean): void {
    const made = this._buttons.get(command);
    if (made) {
      made.hidden = !visible;
    }
  }
}
