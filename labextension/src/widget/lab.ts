/**
 * A lab: its parts put together, and what flows between them.
 */

import type { ProgramState, Form, StatusLine } from '../lab_traits';
import type { Command, FromPage, Saved } from '../messages';
import type { AskFor } from '../chart/bundles';
import { FieldsForm } from '../form/fields_form';
import { trans } from '../i18n/translation';
import type { Channel } from '../transport/channel';
import { KeptChoice } from '../views/kept_choice';
import { LivePart, type LiveWords } from './live_part';
import { ProgramPart } from './program';
import { SettingsPane } from './settings_pane';

const COMMANDS = [
  'train',
  'pause',
  'resume',
  'step',
  'replace',
  'cancel_queued',
  'stop',
  'clear_runs'
] as const;

/** Called when the lab is shown: then the language is known. */
const words = (): LiveWords => ({
  empty: trans.__('No run yet'),
  first: trans.__('Train the model to see its loss here.'),
  silent: trans.__(
    'The kernel does not answer: it has stopped or cannot be reached. ' +
      'The charts show the last data from it. To continue, run this cell again.'
  ),
  saved: trans.__(
    'No kernel: this lab is shown as saved with the notebook. Run the cell to start a new one.'
  )
});

let views = 0;

export class Lab {
  readonly element = document.createElement('div');
  private _live: LivePart;
  private _form: FieldsForm;
  private _program: ProgramPart;
  private _unsubscribe: () => void;
  private _settings: SettingsPane;

  constructor(labId: string, channel: Channel) {
    const press = (command: Command['command']): void => {
      this._press(command);
    };
    this.element.setAttribute('aria-label', trans.__('Loss lab'));
    this._live = new LivePart(labId, this.element, channel, COMMANDS, words(), {
      press,
      train: () => {
        press('train');
      },
      predict: () => {
        press('predict');
      },
      connected: () => {
        this._program.connect();
      },
      // Pressed before the kernel had answered, a button could not know of the cell.
      addressed: message =>
        message.type === 'command' || message.type === 'change_runs'
          ? { ...message, cell: this._program.hasCells }
          : message
    });
    const send = (message: FromPage): void => {
      this._live.send(message);
    };
    const { page } = this._live;
    const ask: AskFor = name => this._live.askFor(name);
    this._form = new FieldsForm(
      `${labId}-${++views}`,
      (number, field, value) => {
        send({ type: 'edit', page, number, field, value });
      },
      command => {
        press(command as Command['command']);
      },
      new KeptChoice(labId, 'sections'),
      ask
    );
    this._settings = new SettingsPane(`${labId}-${views}`, this._form.element, () => {
      press('reset');
    });
    const body = document.createElement('div');
    body.className = 'lossviz-body';
    const { bar, element } = this._live.views;
    body.append(bar, this._settings.element, element);
    this._program = new ProgramPart(this.element, labId, page, send, press, ask);
    this.element.append(this._live.header.element, body, this._program.element);
    this._unsubscribe = channel.onMessage(message => {
      if (!('page' in message) || message.page !== page) {
        return;
      }
      if (message.type === 'program') {
        void this._program.showProgram(message);
      } else if (message.type === 'comparison') {
        this._program.showComparison(message);
      } else if (message.type === 'script') {
        this._program.showScript(message);
      }
    });
  }

  showForm(form: Partial<Form>): void {
    this._form.show(form.fields ?? [], form.edits?.[this._live.page] ?? 0);
    this._live.header.showCommands(form.commands ?? []);
    this._settings.allowReset(form.commands?.includes('reset') ?? false);
  }

  showStatus(status: Partial<StatusLine>): void {
    this._live.showStatus(status);
  }

  /** Show what was saved with the notebook, until the kernel answers. */
  showSaved(saved: Saved): void {
    this._live.showSaved(saved);
  }

  showCode(code: Partial<ProgramState>): void {
    const name = code.lab ?? trans.__('Loss lab');
    this.element.setAttribute('aria-label', name);
    this._live.header.showTitle(name);
    this._program.showCode(code);
  }

  /** The kernel is gone: what is on the page stays. */
  disconnect(): void {
    this._live.disconnect();
    this._program.disconnect();
  }

  /** The lab comes from a saved notebook and never had a kernel: it is there to be looked at. */
  showWithoutKernel(): void {
    this._live.showWithoutKernel();
    this.disconnect();
    this._settings.element.inert = true;
    this._program.element.hidden = true;
    // Nobody could answer.
    this.element.classList.add('lossviz-saved');
  }

  dispose(): void {
    this._form.dispose();
    this._program.dispose();
    this._unsubscribe();
    this._live.dispose();
  }

  private _press(command: Command['command']): void {
    // What was typed a moment ago belongs to the run that is started now.
    this._form.flush();
    this._program.flush();
    this._live.command(command, this._program.hasCells);
    if (command === 'train') {
      this._settings.openForErrors();
      this._form.focusFirstError();
    }
  }
}
