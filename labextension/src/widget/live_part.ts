/**
 * What a lab and the page of a single run share: head, views, and the way to the kernel.
 */

import { bundle, type BundleName } from '../chart/bundles';
import { followTheme } from '../chart/theme';
import { trans } from '../i18n/translation';
import type { StatusLine } from '../lab_traits';
import type { Command, FromPage, Saved } from '../messages';
import { pageServices, versionTrouble } from '../page';
import { Paced } from '../paced';
import { RunStore } from '../store/run_store';
import { trySend, type Channel } from '../transport/channel';
import { Link, newPageId } from '../transport/link';
import { Outbox } from '../transport/outbox';
import type { FirstRun } from '../views/kind';
import { VIEWS } from '../views/list';
import { Tabs } from '../views/tabs';
import { LabHeader, type CommandName } from './header';
import { keepKeys } from './keys';

/** What a view says of itself. */
export interface LiveWords {
  /** In the place of the charts before there is a run. */
  empty: string;
  /** In the place of the figures. */
  first: string;
  /** Where the kernel leaves questions unanswered. */
  silent: string;
  /** Where the view comes from a saved notebook. */
  saved: string;
}

/** What a view does when something happens in the part that all views share. */
export interface LiveHandlers {
  /** A button of the head was pressed. */
  press: (command: CommandName) => void;
  /** Starts a run, where the view can. */
  train?: () => void;
  /** Asks for predictions of the model, where there are some. */
  predict?: () => void;
  /** The kernel has answered, before what has waited for that is sent. */
  connected?: () => void;
  /** A last look at a message before it is sent. */
  addressed?: (message: FromPage) => FromPage;
}

export class LivePart {
  readonly header: LabHeader;
  /** The charts and whatever else there is to see. */
  readonly views: Tabs;
  /** What the kernel calls this page. */
  readonly page = newPageId();
  private _store: RunStore;
  private _link: Link;
  private _outbox: Outbox;
  private _end = new AbortController();
  private _saved = false;
  private _gone = false;
  private _asked = new Set<BundleName>();
  private _preparing = false;
  private _refused = false;
  private _numbers = new Paced(() => {
    this._showRun();
  });
  private _unsubscribe: () => void;

  /**
   * @param id the lab's; what a person has pressed in one view of it is not lost with the view.
   * @param _element the view's element.
   * @param _channel the way to the kernel.
   * @param commands the buttons of the head, in order.
   */
  constructor(
    id: string,
    private readonly _element: HTMLElement,
    private readonly _channel: Channel,
    commands: readonly CommandName[],
    private readonly _words: LiveWords,
    private readonly _handlers: LiveHandlers
  ) {
    _element.classList.add('lossviz-lab');
    _element.setAttribute('role', 'region');
    keepKeys(_element, this._end.signal);
    this.header = new LabHeader(commands, _handlers.press);
    this._store = new RunStore(this.page, _channel, () => {
      this._link.askForShown();
    });
    this._store.slices.on(['run'], () => {
      this._numbers.now();
    });
    this._store.slices.on(['progress'], () => {
      this._numbers.ask();
    });
    this._link = new Link(
      this.page,
      _channel,
      this._store,
      () => {
        _handlers.connected?.();
        this._outbox.flush();
      },
      () => {
        // Views say what is to be done before the first run; without a kernel it is nothing.
        this._store.slices.emit(['run']);
      }
    );
    this._outbox = new Outbox(id, this.page, message => this._deliver(message));
    const views = VIEWS.filter(({ ofLab }) => _handlers.predict || !ofLab);
    this.views = new Tabs(views, {
      lab: id,
      store: this._store,
      empty: _words.empty,
      first: () => this._first(),
      ask: name => this.askFor(name),
      trouble: text => {
        this.header.showTrouble(text || versionTrouble());
        if (!text) {
          _element.classList.remove('lossviz-without-charts');
        }
      },
      predict: _handlers.predict,
      kernel: { page: this.page, send: message => this._deliver(message) }
    });
    this._unsubscribe = _channel.onMessage((message, buffers) => {
      if (!('page' in message) || message.page !== this.page) {
        return;
      }
      if (message.type === 'bundle' && buffers[0]) {
        void bundle(message.name).deliver(buffers[0]);
      }
      this.views.take(message, buffers);
    });
    followTheme(
      _element,
      () => {
        this.views.recolour();
      },
      this._end.signal
    );
    this.header.showTrouble(versionTrouble());
    this._numbers.now();
  }

  showStatus(status: Partial<StatusLine>): void {
    this._link.answered();
    this.header.showStatus(status);
    const { preparing = false, kind } = status;
    const refused = kind === 'error';
    if (preparing !== this._preparing || refused !== this._refused) {
      this._preparing = preparing;
      this._refused = refused;
      // Views say what is to be done before the first run; that has changed.
      this._store.slices.emit(['run']);
    }
  }

  /** Show what was saved with the notebook, until the kernel answers. */
  showSaved(saved: Saved): void {
    if (!this._link.attached) {
      this._store.takeSnapshot(saved.message, saved.buffers, true);
    }
  }

  /** The kernel is gone: what is on the page stays. */
  disconnect(): void {
    this._gone = true;
    this._link.lose();
    this.header.showCommands([]);
    for (const name of this._asked) {
      bundle(name).again();
    }
  }

  /** The view comes from a saved notebook and never had a kernel: it is there to be looked at. */
  showWithoutKernel(): void {
    this._saved = true;
    // Without Plotly the picture below has to serve; the style sheet shows it again.
    this._element.classList.toggle('lossviz-without-charts', !pageServices());
  }

  /** Send, or wait with it until the kernel has answered: what is sent before could be lost. */
  send(message: FromPage): void {
    this._outbox.put(message);
  }

  /** Send a person's command; an answer is expected soon. */
  command(command: Command['command'], cell: boolean): void {
    this.send({ type: 'command', command, page: this.page, cell });
    this.expectAnswer();
  }

  /** The kernel has been told something to which it should answer. */
  expectAnswer(): void {
    this._link.expectAnswer();
  }

  /** Ask the kernel for a bundle; it has Plotly for flat axes only, until a view needs another. */
  askFor(name: BundleName): boolean {
    const asked =
      !this._gone &&
      name !== 'gl3d' &&
      trySend(this._channel, { type: 'bundle', page: this.page, name });
    if (asked) {
      this._asked.add(name);
    }
    return asked;
  }

  dispose(): void {
    this._end.abort();
    this._numbers.cancel();
    this._unsubscribe();
    this.views.dispose();
    this._outbox.dispose();
    this._link.dispose();
    this._store.dispose();
  }

  private _deliver(message: FromPage): boolean {
    return (
      this._link.attached &&
      !this._gone &&
      trySend(this._channel, this._handlers.addressed?.(message) ?? message)
    );
  }

  private get _silent(): boolean {
    return this._gone || this._link.silent;
  }

  /** What views say before the first run, and how one is started now. */
  private _first(): FirstRun {
    if (this._silent) {
      return {
        // What is to be done about the kernel, the head says.
        text: this._saved ? trans.__('No run was saved.') : this._words.empty
      };
    }
    if (this._preparing) {
      return { text: trans.__('Preparing data and model...') };
    }
    if (this._store.followed) {
      return { text: trans.__('Waiting for the first step...') };
    }
    const { first } = this._words;
    const { train } = this._handlers;
    return train
      ? { text: this._refused ? trans.__('No run yet.') : first, train }
      : { text: first };
  }

  private _showRun(): void {
    const run = this._store.followed;
    const lost = this._gone
      ? trans.__('Kernel stopped')
      : this._silent
        ? trans.__('No answer')
        : '';
    this._element.dataset['lossvizStatus'] = run?.state.status ?? '';
    this._element.classList.toggle(
      'lossviz-has-run',
      run !== null || this._store.earlier.length > 0
    );
    this.header.showRun({
      run: run?.state ?? null,
      progress: run?.progress ?? null,
      lost: this._saved ? trans.__('Saved') : lost,
      preparing: this._preparing && !lost,
      refused: this._refused
    });
    const words = this._saved ? this._words.saved : this._words.silent;
    this.header.showSilence(this._silent ? words : '');
  }
}
