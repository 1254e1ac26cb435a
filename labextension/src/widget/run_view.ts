/**
 * The view of a single run, such as a run that is a cell's last value.
 */

import type { Form, StatusLine } from '../lab_traits';
import type { Saved } from '../messages';
import { trans } from '../i18n/translation';
import type { Channel } from '../transport/channel';
import { LivePart, type LiveWords } from './live_part';
import { RateField } from './rate_field';

/** Called when the view is shown: then the language is known. */
const words = (): LiveWords => ({
  empty: trans.__('Waiting for the kernel...'),
  first: trans.__('Waiting for the kernel...'),
  silent: trans.__(
    'The kernel does not answer: it has stopped or cannot be reached. ' +
      'The charts show the last data from it.'
  ),
  saved: trans.__('No kernel: this run is shown as saved with the notebook.')
});

export class RunView {
  readonly element = document.createElement('div');
  private _live: LivePart;
  private _rate: RateField;

  constructor(viewId: string, channel: Channel) {
    this._live = new LivePart(
      viewId,
      this.element,
      channel,
      ['pause', 'resume', 'step', 'stop'],
      words(),
      {
        press: command => {
          this._live.command(command, false);
        }
      }
    );
    this.element.setAttribute('aria-label', trans.__('Run'));
    this.element.classList.add('lossviz-run-view');
    this._rate = new RateField(viewId, (number, value) => {
      const { page } = this._live;
      this._live.send({ type: 'edit', page, number, field: 'learning_rate', value });
      this._live.expectAnswer();
    });
    this._live.header.add(this._rate.element);
    this.element.append(this._live.header.element, this._live.views.element);
  }

  showForm(form: Partial<Form>): void {
    const commands = form.commands ?? [];
    this._live.header.showCommands(commands);
    const field = form.fields?.find(one => one.name === 'learning_rate');
    if (field) {
      const handled = form.edits?.[this._live.page] ?? 0;
      this._rate.show(field, handled, commands.includes('apply_learning_rate'));
    }
  }

  showStatus(status: Partial<StatusLine>): void {
    this._live.showStatus(status);
  }

  showSaved(saved: Saved): void {
    this._live.showSaved(saved);
  }

  /** The kernel is gone: what is on the page stays. */
  disconnect(): void {
    this._live.disconnect();
    this._rate.disable();
  }

  /** The view comes from a saved notebook and never had a kernel: it is there to be looked at. */
  showWithoutKernel(): void {
    this._live.showWithoutKernel();
    this.disconnect();
  }

  dispose(): void {
    this._live.dispose();
  }
}
