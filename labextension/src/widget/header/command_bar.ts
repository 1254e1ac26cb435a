/**
 * The buttons of a lab: one filled button, icons for what is done to a live run, and a menu of the
 * rest. All keep their places, whatever can be done.
 */

import { button } from '../../controls/button';
import { icon, type IconName } from '../../controls/icons';
import { MenuButton } from '../../controls/menu_button';
import { trans } from '../../i18n/translation';
import type { Command } from '../../messages';
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

/** How a command is shown; called at that time, when the language is known. */
function shownAs(command: CommandName): Shown {
  switch (command) {
    case 'train':
      return { label: trans.__('Train'), help: trans.__('Run the program') };
    case 'pause':
      return { label: trans.__('Pause'), help: trans.__('Pause the run'), icon: 'pause' };
    case 'resume':
      return { label: trans.__('Resume'), help: trans.__('Resume the run'), icon: 'resume' };
    case 'step':
      return { label: trans.__('Step'), help: trans.__('Take one step, then pause'), icon: 'step' };
    case 'stop':
      return {
        label: trans.__('Stop'),
        help: trans.__('Stop the run; the model keeps its weights'),
        icon: 'stop'
      };
    case 'replace':
      return {
        label: trans.__('Start next now'),
        help: trans.__('Stop this run and start the queued one'),
        group: trans.__('Queue')
      };
    case 'cancel_queued':
      return {
        label: trans.__('Cancel queued run'),
        help: trans.__('Cancel the queued run'),
        group: trans.__('Queue')
      };
    case 'clear_runs':
      return {
        label: trans.__('Clear runs'),
        help: trans.__('Remove finished runs from the charts; the history keeps them'),
        group: trans.__('Runs')
      };
    default:
      return { label: command, help: '' };
  }
}

/** While a run is live Train starts nothing at once, and must not look as if it did. */
function queueNext(): Shown {
  return {
    label: trans.__('Queue next run'),
    help: trans.__('Run the program when this run finishes')
  };
}

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
    this.element.setAttribute('aria-label', trans.__('Training'));
    for (const command of commands.filter(one => !shownAs(one).group)) {
      const made = this._button(command);
      this._buttons.set(command, made);
      this.element.append(made);
    }
    const rest = commands.filter(one => shownAs(one).group);
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
    const { label, help } = live ? queueNext() : shownAs('train');
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
    const { label, help, icon: picture } = shownAs(command);
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
      trans.__('More'),
      trans.__('More commands'),
      () =>
        commands
          .filter(one => this._possible.includes(one))
          .map(id => {
            const { label, help, group = '' } = shownAs(id);
            return { id, label, help, group };
          }),
      ({ id }) => {
        this._press(id as CommandName);
      }
    );
    menu.element.classList.add('lossviz-overflow');
    menu.button.classList.remove('lossviz-small');
    menu.button.classList.add('lossviz-icon-button');
    menu.button.setAttribute('aria-label', trans.__('More'));
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
