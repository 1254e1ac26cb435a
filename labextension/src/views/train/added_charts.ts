/**
 * The charts of a run in order: the loss of all epochs, the task's metric, the loss of one epoch, the
 * gradient norm, and what a person adds.
 */

import { ChartHost, type ChartExtras } from '../../chart/host';
import type { ChartFamily, ChartKind, ChartOffer } from '../../chart/kind';
import type { SharedView } from '../../chart/shared_view';
import { MenuButton } from '../../controls/menu_button';
import { trans } from '../../i18n/translation';
import type { RunData } from '../../store/run_data';
import type { ViewContext } from '../kind';
import { KeptChoice } from '../kept_choice';

/** By the charts' ids, what a person has changed. */
interface Choice {
  added: string[];
  /** Of those that are shown without asking. */
  removed: string[];
}

export class AddedCharts {
  /** The charts, in order. */
  readonly element = document.createElement('div');
  /** Adds one. */
  readonly menu: MenuButton;
  private _hosts = new Map<string, ChartHost>();
  private _offers: readonly ChartOffer[] = [];
  /** By family, in order, the chart that is shown without asking; "" for none. */
  private _suggested: string[];
  private _shown = false;
  private _kept: KeptChoice;
  private _choice: Choice;
  /** The ids of the charts that every run has. */
  private readonly _fixed: readonly string[];

  constructor(
    private readonly _families: readonly ChartFamily[],
    private readonly _context: ViewContext,
    private readonly _shared?: SharedView,
    fixed: readonly ChartKind[] = []
  ) {
    this._suggested = _families.map(() => '');
    this._fixed = fixed.map(({ id }) => id);
    fixed.forEach(kind => {
      this._hosts.set(kind.id, new ChartHost(kind, _context, this._extras()));
    });
    this._kept = new KeptChoice(_context.lab, 'charts');
    this._choice = checked(this._kept.read());
    this.element.className = 'lossviz-chart-grid';
    this.menu = new MenuButton(
      trans.__('Add chart'),
      trans.__('Show another series or metric of the run'),
      () => this._open.map(({ kind, group }) => ({ id: kind.id, label: kind.title, group })),
      ({ id }) => {
        this._add(id);
      }
    );
    this.menu.element.hidden = true;
    this._arrange();
  }

  /** They are on the page now. */
  show(): void {
    this._shown = true;
    this._hosts.forEach(host => {
      host.show();
    });
  }

  /** They are not, until `show`. */
  hide(): void {
    this._shown = false;
    this._hosts.forEach(host => {
      host.hide();
    });
  }

  /** Offer what this run has. A chart stays when a later run has nothing for it yet. */
  follow(run: RunData | null): void {
    const offers = this._families.map(family => (run ? family.charts(run) : []));
    this._offers = offers.flat();
    this._suggested = offers.map(
      (some, i) => some.find(one => one.suggested)?.kind.id ?? this._suggested[i] ?? ''
    );
    this._arrange();
  }

  recolour(): void {
    this._hosts.forEach(host => {
      host.recolour();
    });
  }

  dispose(): void {
    this._hosts.forEach(host => {
      host.dispose();
    });
  }

  /** The ids of the charts that are to be there, in order. */
  private get _wanted(): string[] {
    const { added, removed } = this._choice;
    // Each loss with what tells more of it: the metric beside the epochs, the norm beside the steps.
    const pairs = this._suggested.flatMap((id, i) => [
      ...this._fixed.slice(i, i + 1),
      ...(removed.includes(id) ? [] : [id])
    ]);
    return [...new Set([...pairs, ...this._fixed, ...added])];
  }

  /** What can be added. */
  private get _open(): readonly ChartOffer[] {
    return this._offers.filter(({ kind }) => !this._hosts.has(kind.id));
  }

  private _arrange(): void {
    const wanted = this._wanted;
    for (const [id, host] of this._hosts) {
      if (!wanted.includes(id)) {
        host.dispose();
        host.element.remove();
        this._hosts.delete(id);
      }
    }
    const elements = wanted.flatMap(id => this._host(id)?.element ?? []);
    elements.forEach((element, index) => {
      if (this.element.children[index] !== element) {
        this.element.insertBefore(element, this.element.children[index] ?? null);
      }
    });
    this.menu.element.hidden = this._open.length === 0;
    this.menu.refresh();
  }

  /** The chart of this id, as soon as a run has it. */
  private _host(id: string): ChartHost | undefined {
    const kind = this._offers.find(one => one.kind.id === id)?.kind;
    let host = this._hosts.get(id);
    if (!host && kind) {
      host = new ChartHost(
        kind,
        this._context,
        this._extras(() => {
          this._remove(id);
        })
      );
      this._hosts.set(id, host);
      if (this._shown) {
        host.show();
      }
    }
    return host;
  }

  private _extras(remove?: () => void): ChartExtras {
    return { ...(this._shared ? { shared: this._shared } : {}), ...(remove ? { remove } : {}) };
  }

  private _add(id: string): void {
    const { added, removed } = this._choice;
    this._choose({ added: [...added, id], removed: removed.filter(one => one !== id) });
    this._hosts.get(id)?.element.scrollIntoView({ block: 'nearest' });
  }

  private _remove(id: string): void {
    const { added, removed } = this._choice;
    this._choose({
      added: added.filter(one => one !== id),
      removed: this._suggested.includes(id) ? [...removed, id] : removed
    });
    // The button that was pressed is gone.
    this.menu.button.focus();
  }

  private _choose(choice: Choice): void {
    this._choice = choice;
    this._kept.write(choice);
    this._arrange();
  }
}

/** What was kept, as far as it is a choice. */
function checked(kept: unknown): Choice {
  const { added, removed } = (kept ?? {}) as Record<string, unknown>;
  return { added: texts(added), removed: texts(removed) };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : [];
}
