/**
 * A lab: its parts put together, and what flows between them.
 */

import type { LineChart } from '../chart/line_chart';
import { loadPlotly } from '../chart/plotly';
import { onThemeChange } from '../chart/theme';
import type { Code, Form, StatusLine } from '../lab_traits';
import type { Command, FromPage, Saved } from '../messages';
import { pageServices } from '../page';
import { button } from './button';
import type { Channel } from './channel';
import { EpochsChart } from './epochs_chart';
import { FieldsForm } from './form';
import { LabHeader } from './header';
import { PredictionsBox } from './predictions';
import { ProgramPart } from './program';
import { RunFeed } from './run_feed';
import { RunTable } from './run_table';
import { StepChart } from './step_chart';

const SILENT =
  'The kernel does not answer: it may have been restarted or cannot be reached. ' +
  'The charts show what it sent last. Run the cell again for a new lab.';

const SAVED =
  'No kernel: this lab is shown as it was saved with the notebook. ' +
  'Run the cell for a new lab.';

let views = 0;

export class Lab {
  readonly element = document.createElement('div');
  private _form: FieldsForm;
  private _header: LabHeader;
  private _table = new RunTable();
  private _predictions: PredictionsBox;
  private _program: ProgramPart;
  private _charts: [LineChart, LineChart];
  private _feed: RunFeed;
  private _end = new AbortController();
  private _waiting: FromPage[] = [];
  private _apply = button('Apply learning rate now', '', () => {
    this._press('apply_learning_rate');
  });
  private _settings = document.createElement('div');
  private _saved = false;

  constructor(
    labId: string,
    private readonly _channel: Channel
  ) {
    this.element.className = 'lossviz-lab';
    const press = (command: Command['command']): void => {
      this._press(command);
    };
    this._header = new LabHeader(press);
    this._form = new FieldsForm(
      `${labId}-${++views}`,
      (number, field, value) => {
        this._send({ type: 'edit', page: this._feed.page, number, field, value });
      },
      command => {
        press(command as Command['command']);
      }
    );
    this._apply.classList.add('lossviz-apply');
    this._apply.hidden = true;
    this._settings.className = 'lossviz-settings';
    this._settings.append(this._form.element, this._apply);
    const pictures = document.createElement('div');
    pictures.className = 'lossviz-pictures';
    this._predictions = new PredictionsBox(() => {
      press('predict');
    });
    const body = document.createElement('div');
    body.className = 'lossviz-body';
    body.append(this._settings, pictures);
    this._header.showRun(null, null);

    this._feed = new RunFeed(_channel, () => {
      if (this._feed.attached) {
        this._program.connect();
        this._sendWaiting();
      }
      this._showRun();
    });
    this._program = new ProgramPart(
      this.element,
      labId,
      this._feed.page,
      message => {
        this._send(message);
      },
      press
    );
    this.element.append(this._header.element, body, this._program.element);
    this._charts = [new StepChart(this._feed).chart, new EpochsChart(this._feed).chart];
    pictures.append(
      ...this._charts.map(chart => chart.element),
      this._table.element,
      this._predictions.element
    );
    const unsubscribe = _channel.onMessage(message => {
      if (!('page' in message) || message.page !== this._feed.page) {
        return;
      }
      if (message.type === 'program') {
        void this._program.showProgram(message);
      } else if (message.type === 'comparison') {
        this._program.showComparison(message);
      } else if (message.type === 'script') {
        this._program.showScript(message);
      } else if (message.type === 'predictions') {
        this._predictions.show(message);
      }
    });
    this._end.signal.addEventListener('abort', unsubscribe);
    onThemeChange(() => {
      this._charts.forEach(chart => {
        chart.update();
      });
      this._predictions.redraw();
    }, this._end.signal);
    this._loadPlotly();
  }

  showForm(form: Partial<Form>): void {
    this._form.show(form.fields ?? [], form.edits?.[this._feed.page] ?? 0);
    this._header.showCommands(form.commands ?? []);
    this._apply.hidden = !form.commands?.includes('apply_learning_rate');
  }

  showStatus(status: Partial<StatusLine>): void {
    this._header.showStatus(status);
  }

  /** Show what was saved with the notebook, until the kernel answers. */
  showSaved(saved: Saved): void {
    this._feed.showSaved(saved);
  }

  showCode(code: Partial<Code>): void {
    this._program.showCode(code);
  }

  /** The kernel is gone: what is on the page stays. */
  disconnect(): void {
    this._feed.lose();
    this._header.showCommands([]);
    this._program.disconnect();
  }

  /** The lab comes from a saved notebook and never had a kernel: it is there to be looked at. */
  showWithoutKernel(): void {
    this._saved = true;
    this.disconnect();
    this._settings.inert = true;
    this._program.element.hidden = true;
    this._predictions.element.hidden = true;
    // Without Plotly the picture below the lab has to serve; the style sheet shows it again.
    this.element.classList.toggle('lossviz-without-charts', !pageServices());
  }

  dispose(): void {
    this._form.flush();
    this._program.dispose();
    this._end.abort();
    this._feed.dispose();
    this._table.dispose();
    this._predictions.dispose();
    this._charts.forEach(chart => {
      chart.dispose();
    });
  }

  private _press(command: Command['command']): void {
    // What was typed a moment ago belongs to the run that is started now.
    this._form.flush();
    this._program.flush();
    const cell = this._program.hasCells;
    this._send({ type: 'command', command, page: this._feed.page, cell });
    this._feed.expectAnswer();
    if (command === 'train') {
      this._form.focusFirstError();
    }
  }

  /** Send, or wait with it until the kernel has answered: what is sent before could be lost. */
  private _send(message: FromPage): void {
    this._waiting.push(message);
    if (this._feed.attached) {
      this._sendWaiting();
    }
  }

  private _sendWaiting(): void {
    for (const message of this._waiting.splice(0)) {
      // Pressed before the kernel had answered, a button could not know of the cell.
      const command = message.type === 'command';
      this._channel.send(command ? { ...message, cell: this._program.hasCells } : message);
    }
  }

  private _loadPlotly(): void {
    const ask = (): Promise<DataView> =>
      new Promise(resolve => {
        const stop = this._channel.onMessage((message, buffers) => {
          if (message.type === 'plotly' && message.page === this._feed.page && buffers[0]) {
            stop();
            resolve(buffers[0]);
          }
        });
        this._channel.send({ type: 'plotly', page: this._feed.page });
      });
    loadPlotly(ask).then(
      plotly => {
        this._charts.forEach(chart => {
          chart.use(plotly);
        });
        this._predictions.use(plotly);
      },
      () => {
        this._program.say('The charts could not be loaded; reload the page to try again.');
      }
    );
  }

  private _showRun(): void {
    const { run, progress, series, best, earlier } = this._feed;
    this.element.dataset['lossvizStatus'] = run?.status ?? '';
    this._header.showRun(run, progress);
    this._header.showSilence(this._feed.silent ? (this._saved ? SAVED : SILENT) : '');
    this._table.showEarlier(earlier);
    if (run && progress) {
      this._table.show({ run, progress, last: series.last ?? null, best });
      this._predictions.follow(`${run.id} ${run.status} ${String(this._feed.rows.length)}`);
    }
    this._charts.forEach(chart => {
      chart.update();
    });
  }
}
