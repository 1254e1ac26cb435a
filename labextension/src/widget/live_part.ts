/**
 * What the views of a lab and of a single run share: head, charts, table, and the way to the kernel.
 */

import type { LineChart } from '../chart/line_chart';
import { loadPlotly } from '../chart/plotly';
import type { PlotlyModule } from '../chart/plotly_types';
import { onThemeChange } from '../chart/theme';
import type { StatusLine } from '../lab_traits';
import type { Command, FromPage, Saved } from '../messages';
import { pageServices } from '../page';
import { Outbox } from '../transport/outbox';
import type { Channel } from './channel';
import { EpochsChart } from './epochs_chart';
import { LabHeader, type CommandName } from './header';
import { keepKeys } from './keys';
import { RunFeed } from './run_feed';
import { RunTable } from './run_table';
import { StepChart } from './step_chart';

/** What a view says of itself. */
export interface LiveWords {
  /** In the place of the charts before there is a run. */
  empty: string;
  /** Where the kernel leaves questions unanswered. */
  silent: string;
  /** Where the view comes from a saved notebook. */
  saved: string;
}

/** What a view does when something happens in the part that all views share. */
export interface LiveHandlers {
  /** A button of the head was pressed. */
  press: (command: CommandName) => void;
  /** The kernel has answered, before what has waited for that is sent. */
  connected?: () => void;
  /** A last look at a message before it is sent. */
  addressed?: (message: FromPage) => FromPage;
  /** The run, or where it is, has changed. */
  changed?: () => void;
  /** Plotly is there. */
  drawable?: (plotly: PlotlyModule) => void;
  /** The colours have changed. */
  recoloured?: () => void;
}

export class LivePart {
  readonly header: LabHeader;
  readonly feed: RunFeed;
  /** Charts and table; a view may add to it. */
  readonly pictures = document.createElement('div');
  private _table = new RunTable();
  private _charts: [LineChart, LineChart];
  private _end = new AbortController();
  private _outbox: Outbox;
  private _saved = false;
  private _gone = false;

  /**
   * @param id the lab's or the run view's id.
   * @param _view the view's element.
   * @param _channel the way to the kernel.
   * @param commands the buttons of the head, in order.
   */
  constructor(
    id: string,
    private readonly _view: HTMLElement,
    private readonly _channel: Channel,
    commands: readonly CommandName[],
    private readonly _words: LiveWords,
    private readonly _handlers: LiveHandlers
  ) {
    _view.classList.add('lossviz-lab');
    keepKeys(_view, this._end.signal);
    this.header = new LabHeader(commands, _handlers.press);
    this.header.showRun(null, null);
    this.pictures.className = 'lossviz-pictures';
    this.feed = new RunFeed(_channel, () => {
      if (this.feed.attached) {
        _handlers.connected?.();
        this._outbox.flush();
      }
      this._showRun();
    });
    // What is sent before the kernel has answered could be lost.
    this._outbox = new Outbox(id, this.feed.page, message => {
      if (this.feed.attached) {
        _channel.send(_handlers.addressed?.(message) ?? message);
      }
      return this.feed.attached;
    });
    this._charts = [
      new StepChart(this.feed, _words.empty).chart,
      new EpochsChart(this.feed, _words.empty).chart
    ];
    this.pictures.append(...this._charts.map(chart => chart.element), this._table.element);
    onThemeChange(() => {
      this._charts.forEach(chart => {
        chart.update();
      });
      _handlers.recoloured?.();
    }, this._end.signal);
    this._loadPlotly();
  }

  showStatus(status: Partial<StatusLine>): void {
    this.feed.answered();
    this.header.showStatus(status);
  }

  /** Show what was saved with the notebook, until the kernel answers. */
  showSaved(saved: Saved): void {
    this.feed.showSaved(saved);
  }

  /** The kernel is gone: what is on the page stays. */
  disconnect(): void {
    this._gone = true;
    this.feed.lose();
    this.header.showCommands([]);
  }

  /** The view comes from a saved notebook and never had a kernel: it is there to be looked at. */
  showWithoutKernel(): void {
    this._saved = true;
    // Without Plotly the picture below has to serve; the style sheet shows it again.
    this._view.classList.toggle('lossviz-without-charts', !pageServices());
  }

  /** Send, or wait with it until the kernel has answered: what is sent before could be lost. */
  send(message: FromPage): void {
    this._outbox.put(message);
  }

  /** Send a person's command; an answer is expected soon. */
  command(command: Command['command'], cell: boolean): void {
    this.send({ type: 'command', command, page: this.feed.page, cell });
    this.feed.expectAnswer();
  }

  dispose(): void {
    this._end.abort();
    this._outbox.dispose();
    this.feed.dispose();
    this._table.dispose();
    this._charts.forEach(chart => {
      chart.dispose();
    });
  }

  private _loadPlotly(): void {
    const ask = (): Promise<DataView> =>
      new Promise(resolve => {
        const stop = this._channel.onMessage((message, buffers) => {
          if (message.type === 'plotly' && message.page === this.feed.page && buffers[0]) {
            stop();
            resolve(buffers[0]);
          }
        });
        this._channel.send({ type: 'plotly', page: this.feed.page });
      });
    loadPlotly(ask).then(
      plotly => {
        this._charts.forEach(chart => {
          chart.use(plotly);
        });
        this._handlers.drawable?.(plotly);
      },
      () => {
        this.header.showTrouble('The charts could not be loaded; reload the page to try again.');
      }
    );
  }

  private _showRun(): void {
    const { run, progress, series, best, earlier, silent } = this.feed;
    this._view.dataset['lossvizStatus'] = run?.status ?? '';
    this.header.showRun(run, progress, this._gone ? 'kernel stopped' : silent ? 'no answer' : '');
    const words = this._saved ? this._words.saved : this._words.silent;
    this.header.showSilence(silent ? words : '');
    if (!run && earlier.length === 0) {
      this._table.clear();
    }
    this._table.showEarlier(earlier);
    if (run && progress) {
      this._table.show({ run, progress, last: series.last ?? null, best });
    }
    this._charts.forEach(chart => {
      chart.update();
    });
    this._handlers.changed?.();
  }
}
