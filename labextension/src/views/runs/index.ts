/**
 * The view *Runs*: a table of this lab's, this kernel's or all recorded runs, and what can be done
 * with them. The kernel sorts and filters; here are the rows in sight.
 */

import { button } from '../../controls/button';
import type { FromKernel, ListedRun, RunsChange } from '../../messages';
import type { KernelLine, View, ViewContext, ViewKind } from '../kind';
import { RunsActions } from './actions';
import { chosenBefore, keepChoice, type Choice } from './choice';
import { columnsOf, isExtra, namesOf } from './columns';
import { ComparisonTable } from './comparison';
import { RunsSource } from './source';
import { RunsTable } from './table';
import { RunsToolbar } from './toolbar';

/** Other kernels' runs do not say when they change. */
const POLL_MS = 2000;

/** Until the kernel can be asked for the first time it is tried so often. */
const TRY_MS = 100;

/** A change that was not answered by then is said to be under way. */
const PATIENCE_MS = 10_000;

const EMPTY = {
  lab: 'The runs of this lab will be listed here. Press Train to start one.',
  kernel: 'The runs that this kernel trains will be listed here. Press Train to start one.',
  all: 'Every run is recorded and will be listed here. Press Train to start the first one.'
} as const;

const DONE: Record<RunsChange['change'], string> = {
  rename: 'Renamed.',
  note: 'Noted.',
  delete: 'Deleted.',
  show: 'Shown on the charts of Train.',
  hide: 'Hidden from the charts of Train.',
  resume: 'See above how it goes on.'
};

export const runs: ViewKind = {
  id: 'runs',
  title: 'Runs',
  ofLab: true,
  wide: true,
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
  private _number = 0;
  private _changing: { number: number; change: RunsChange['change'] } | undefined;
  private _comparing = 0;
  private _timers: number[] = [];
  private _patience = 0;
  private _asked = false;
  private _forget: (() => void) | undefined;

  constructor(private readonly _context: ViewContext) {
    this._kernel = _context.kernel ?? { page: '', send: () => false };
    this._choice = chosenBefore(_context.lab);
    this._source = new RunsSource(this._kernel.page, this._kernel.send, () => {
      this._show();
    });
    this._toolbar = new RunsToolbar(
      this._choice,
      change => {
        this._choose(change);
      },
      () => {
        const number = ++this._number;
        this._kernel.send({ type: 'run_columns', page: this._kernel.page, number });
      }
    );
    this._actions = new RunsActions({
      compare: all => {
        this._compare(all);
      },
      change: (change, all, text) => {
        this._change(change, all, text);
      },
      clear: () => {
        this._selected.clear();
        this._show();
        this._table.element.focus();
      }
    });
    this._table = new RunsTable({
      row: index => this._source.row(index),
      selected: run => this._selected.has(run.id),
      toggle: (run, selected) => {
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
      want: (start, count) => {
        this._source.want(start, count);
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
    this._asked = false;
    this._look();
    this._timers = [
      window.setInterval(() => {
        if (!this._asked) {
          this._look();
        }
      }, TRY_MS),
      window.setInterval(() => {
        if (!document.hidden) {
          this._source.refresh();
        }
      }, POLL_MS)
    ];
    this._forget = this._context.store.slices.on(['run', 'earlier'], () => {
      this._source.refresh();
    });
    this._table.draw();
  }

  hide(): void {
    this._timers.splice(0).forEach(window.clearInterval);
    window.clearTimeout(this._patience);
    this._forget?.();
    this._forget = undefined;
  }

  take(message: FromKernel): void {
    if (message.type === 'runs') {
      this._source.take(message);
    } else if (message.type === 'run_columns') {
      this._toolbar.showNames(namesOf(message.config, message.metrics));
    } else if (message.type === 'run_comparison' && message.number === this._comparing) {
      this._comparison.show(message);
    } else if (message.type === 'runs_changed' && message.number === this._changing?.number) {
      this._changed(message.trouble);
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
    const extra = ({ columns }: Choice): string => columns.filter(isExtra).join();
    const same =
      now.scope === before.scope &&
      now.filter === before.filter &&
      now.sort === before.sort &&
      now.descending === before.descending;
    if (!same || extra(now) !== extra(before)) {
      // The kernel works while the page draws.
      this._look();
      if (!same) {
        this._table.toTop();
      }
    }
    keepChoice(this._context.lab, now);
    this._toolbar.show(now);
    this._showColumns();
  }

  private _look(): void {
    const columns = this._choice.columns.filter(isExtra);
    this._asked = this._source.look({ ...this._choice, columns });
  }

  private _showColumns(): void {
    const { columns, sort, descending } = this._choice;
    this._table.showColumns(columnsOf(columns), sort, descending);
  }

  private _show(): void {
    const { total, trouble } = this._source;
    for (const run of this._source.rows) {
      if (this._selected.has(run.id)) {
        this._selected.set(run.id, run);
      }
    }
    this._actions.show([...this._selected.values()]);
    this._table.showTotal(total);
    this._table.element.hidden = total === 0;
    this._empty.replaceChildren();
    if (trouble) {
      this._empty.textContent = trouble;
    } else if (!this._asked && total === undefined && !this._context.kernel?.page) {
      this._empty.textContent = 'Run the cell of the lab: its kernel knows the runs.';
    } else if (total === 0) {
      this._sayWhyEmpty();
    }
  }

  private _sayWhyEmpty(): void {
    const { scope, filter } = this._choice;
    if (filter.trim()) {
      this._empty.append(
        `No run here matches "${filter.trim()}".`,
        button('Clear filter', '', () => {
          this._toolbar.clearFilter();
        })
      );
      return;
    }
    this._empty.append(EMPTY[scope]);
    if (scope !== 'all') {
      this._empty.append(
        button('Show all recorded runs', '', () => {
          this._choose({ scope: 'all' });
        })
      );
    }
  }

  private _compare(all: ListedRun[]): void {
    this._comparing = ++this._number;
    this._kernel.send({
      type: 'compare_runs',
      page: this._kernel.page,
      number: this._comparing,
      runs: all.map(({ id }) => id)
    });
  }

  private _change(change: RunsChange['change'], all: ListedRun[], text: string): void {
    const number = ++this._number;
    const ids = all.map(({ id }) => id);
    const { page } = this._kernel;
    if (!this._kernel.send({ type: 'change_runs', page, number, change, runs: ids, text })) {
      this._actions.say('The kernel cannot be reached.', true);
      return;
    }
    this._changing = { number, change };
    this._actions.waiting = true;
    this._patience = window.setTimeout(() => {
      this._actions.waiting = false;
      this._actions.say('The kernel is busy: it will be done when it hears of it.', true);
    }, PATIENCE_MS);
  }

  /** The kernel has done what was asked, or not. */
  private _changed(trouble: string): void {
    window.clearTimeout(this._patience);
    const { change } = this._changing ?? {};
    this._changing = undefined;
    if (change === 'delete') {
      // Those that are still there are told again with the next rows.
      this._selected.clear();
    }
    this._actions.waiting = false;
    this._show();
    this._actions.say(trouble || (change ? DONE[change] : ''), trouble !== '');
    this._source.refresh();
  }
}
