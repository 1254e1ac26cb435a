/**
 * The view *Runs*: a table of the runs of this lab, of this kernel, or of all, and actions on them.
 * The kernel sorts and filters; the page holds the visible rows.
 */

import { button } from '../../controls/button';
import { trans } from '../../i18n/translation';
import type { FromKernel, ListedRun, RunsChange } from '../../messages';
import type { KernelLine, View, ViewContext, ViewKind } from '../kind';
import { needsSeveral, RunsActions } from './actions';
import { savedChoice, saveChoice, type Choice } from './choice';
import { columnIds, columnsOf, isKernelColumn } from './columns';
import { ComparisonTable } from './comparison';
import { RunsSource } from './source';
import { RunsTable } from './table';
import { RunsToolbar } from './toolbar';

/** Runs of other kernels do not announce their changes. */
const POLL_MS = 2000;

/** Retry interval until the kernel can be reached for the first time. */
const RETRY_MS = 100;

/** After this long without a response, the page says that the kernel is busy. */
const PATIENCE_MS = 10_000;

export const runs: ViewKind = {
  id: 'runs',
  get title() {
    return trans.__('Runs');
  },
  ofLab: true,
  wide: true,
  compares: true,
  make: context => new RunsView(context)
};

class RunsView implements View {
  readonly element = document.createElement('div');
  private _kernel: KernelLine;
  private _choice: Choice;
  private _source: RunsSource;
  private _toolbar: RunsToolbar;
  private _table: RunsTable;
  private _actions: RunsActions;
  private _comparison: ComparisonTable;
  private _empty = document.createElement('p');
  private _selected = new Map<string, ListedRun>();
  /** The ids of runs to select as soon as they are listed. */
  private _wanted = new Set<string>();
  private _requests = 0;
  private _pending: { number: number; change: RunsChange['change'] } | undefined;
  private _comparisonRequest = 0;
  private _timers: number[] = [];
  private _patience = 0;
  private _queried = false;
  private _unsubscribe: (() => void) | undefined;

  constructor(private readonly _context: ViewContext) {
    this._kernel = _context.kernel ?? { page: '', send: () => false };
    this._choice = savedChoice(_context.lab);
    this._source = new RunsSource(this._kernel.page, this._kernel.send, () => {
      this._show();
    });
    this._toolbar = new RunsToolbar(
      this._choice,
      change => {
        this._choose(change);
      },
      () => {
        const number = ++this._requests;
        this._kernel.send({ type: 'run_columns', page: this._kernel.page, number });
      }
    );
    this._actions = new RunsActions({
      compare: selected => {
        this._compare(selected.map(({ id }) => id));
      },
      change: (change, selected, text) => {
        this._change(change, selected, text);
      },
      clear: () => {
        this._wanted.clear();
        this._selected.clear();
        this._show();
        this._table.element.focus();
      }
    });
    this._table = new RunsTable({
      row: index => this._source.row(index),
      selected: run => this._selected.has(run.id),
      toggle: (run, selected) => {
        this._wanted.clear();
        if (selected) {
          this._selected.set(run.id, run);
        } else {
          this._selected.delete(run.id);
        }
        this._show();
      },
      sort: ({ id, descending = false }) => {
        const same = id === this._choice.sort;
        this._choose({ sort: id, descending: same ? !this._choice.descending : descending });
      },
      load: (start, count) => {
        this._source.load(start, count);
      }
    });
    this._comparison = new ComparisonTable(() => {
      this._table.element.focus();
    });
    this.element.className = 'lossviz-runs';
    this._empty.className = 'lossviz-runs-empty';
    this.element.append(
      this._toolbar.element,
      this._actions.element,
      this._table.element,
      this._empty,
      this._comparison.element
    );
    this._showColumns();
    this._show();
  }

  show(): void {
    this._queried = false;
    this._query();
    this._timers = [
      window.setInterval(() => {
        if (!this._queried) {
          this._query();
        }
      }, RETRY_MS),
      window.setInterval(() => {
        if (!document.hidden) {
          this._source.refresh();
        }
      }, POLL_MS)
    ];
    this._unsubscribe = this._context.store.slices.on(['run', 'earlier'], () => {
      this._source.refresh();
    });
    this._table.draw();
  }

  hide(): void {
    this._timers.splice(0).forEach(window.clearInterval);
    window.clearTimeout(this._patience);
    this._unsubscribe?.();
    this._unsubscribe = undefined;
  }

  take(message: FromKernel): void {
    if (message.type === 'runs') {
      this._source.take(message);
    } else if (message.type === 'run_columns') {
      this._toolbar.offerColumns(columnIds(message.config, message.metrics));
    } else if (message.type === 'run_comparison' && message.number === this._comparisonRequest) {
      this._comparison.show(message);
    } else if (message.type === 'runs_changed' && message.number === this._pending?.number) {
      this._finish(message.trouble);
    }
  }

  /** Select these runs, as far as they are listed, and show how they differ. */
  compareRuns(ids: readonly string[]): void {
    this._wanted = new Set(ids);
    this._selected.clear();
    this._show();
    const obstacle = needsSeveral(ids);
    this._actions.report(obstacle);
    if (!obstacle) {
      this._compare(ids);
    }
  }

  dispose(): void {
    this.hide();
    this._table.dispose();
  }

  private _choose(change: Partial<Choice>): void {
    const before = this._choice;
    const now = { ...before, ...change };
    this._choice = now;
    const requested = ({ columns }: Choice): string => columns.filter(isKernelColumn).join();
    const sameRows =
      now.scope === before.scope &&
      now.filter === before.filter &&
      now.sort === before.sort &&
      now.descending === before.descending;
    if (!sameRows || requested(now) !== requested(before)) {
      // The kernel works while the page draws.
      this._query();
      if (!sameRows) {
        this._table.scrollToTop();
      }
    }
    saveChoice(this._context.lab, now);
    this._toolbar.show(now);
    this._showColumns();
  }

  private _query(): void {
    const columns = this._choice.columns.filter(isKernelColumn);
    this._queried = this._source.query({ ...this._choice, columns });
  }

  private _showColumns(): void {
    const { columns, sort, descending } = this._choice;
    this._table.showColumns(columnsOf(columns), sort, descending);
  }

  private _show(): void {
    const { total, trouble } = this._source;
    for (const run of this._source.rows) {
      if (this._selected.has(run.id) || this._wanted.delete(run.id)) {
        this._selected.set(run.id, run);
      }
    }
    this._actions.show([...this._selected.values()]);
    this._table.showTotal(total);
    this._table.element.hidden = total === 0;
    this._actions.empty = total === 0 && this._selected.size === 0;
    this._empty.replaceChildren();
    if (trouble) {
      this._empty.textContent = trouble;
    } else if (!this._queried && total === undefined && !this._context.kernel?.page) {
      this._empty.textContent = trans.__("Run the lab's cell to load its runs.");
    } else if (total === 0) {
      this._showWhyEmpty();
    }
  }

  private _showWhyEmpty(): void {
    const { scope, filter } = this._choice;
    if (filter.trim()) {
      this._empty.append(
        trans.__('No runs match "%1".', filter.trim()),
        button(trans.__('Clear filter'), '', () => {
          this._toolbar.clearFilter();
        })
      );
      return;
    }
    this._empty.append(emptyText(scope));
    if (scope !== 'all') {
      this._empty.append(
        button(trans.__('Show all runs'), '', () => {
          this._choose({ scope: 'all' });
        })
      );
    }
  }

  private _compare(ids: readonly string[]): void {
    this._comparisonRequest = ++this._requests;
    const { page } = this._kernel;
    const number = this._comparisonRequest;
    if (!this._kernel.send({ type: 'compare_runs', page, number, runs: [...ids] })) {
      this._reportUnreachable();
    }
  }

  private _reportUnreachable(): void {
    this._actions.report(trans.__('The kernel cannot be reached. Try again in a moment.'), true);
  }

  private _change(change: RunsChange['change'], selected: ListedRun[], text: string): void {
    const number = ++this._requests;
    const ids = selected.map(({ id }) => id);
    const { page } = this._kernel;
    if (!this._kernel.send({ type: 'change_runs', page, number, change, runs: ids, text })) {
      this._reportUnreachable();
      return;
    }
    this._pending = { number, change };
    this._actions.waiting = true;
    this._patience = window.setTimeout(() => {
      this._actions.waiting = false;
      this._actions.report(trans.__('The kernel is busy. It will do this when it is free.'), true);
    }, PATIENCE_MS);
  }

  /** The kernel has made a change, or says why it has not. */
  private _finish(trouble: string): void {
    window.clearTimeout(this._patience);
    const { change } = this._pending ?? {};
    this._pending = undefined;
    if (change === 'delete') {
      // Runs that could not be deleted come back with the next rows, not selected.
      this._selected.clear();
    }
    this._actions.waiting = false;
    this._show();
    this._actions.report(trouble || (change ? doneText(change) : ''), trouble !== '');
    this._source.refresh();
  }
}

/** What will be here, and how to get it. */
function emptyText(scope: Choice['scope']): string {
  switch (scope) {
    case 'lab':
      return trans.__('No runs in this lab yet. Press Train to start one.');
    case 'kernel':
      return trans.__('No runs in this kernel yet. Press Train to start one.');
    case 'all':
      return trans.__('No runs yet. Press Train to start one; every run is recorded.');
  }
}

function doneText(change: RunsChange['change']): string {
  switch (change) {
    case 'rename':
      return trans.__('Renamed.');
    case 'note':
      return trans.__('Note saved.');
    case 'delete':
      return trans.__('Deleted.');
    case 'show':
      return trans.__('Shown on the charts in Train.');
    case 'hide':
      return trans.__('Hidden from the charts in Train.');
    case 'resume':
      return trans.__('Resuming. Progress is shown at the top.');
  }
}
