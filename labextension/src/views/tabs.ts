/**
 * The views of a lab, one of them seen at a time. With one view only there is nothing to choose.
 */

import { neighbour } from '../controls/neighbour';
import { trans } from '../i18n/translation';
import type { FromKernel } from '../messages';
import { KeptChoice } from './kept_choice';
import type { View, ViewContext, ViewKind } from './kind';

let groups = 0;

const ARROWS = ['ArrowLeft', 'ArrowRight'] as const;

export class Tabs {
  readonly element = document.createElement('div');
  /** The tabs themselves; a lab may put them somewhere else. */
  readonly bar = document.createElement('div');
  private _tabs: HTMLButtonElement[] = [];
  private _panels: HTMLElement[] = [];
  private _views: (View | undefined)[] = [];
  private _selected = -1;
  private _kept: KeptChoice;
  private readonly _context: ViewContext;

  /**
   * @param _kinds the views; the first one is seen.
   * @param context what each of them gets.
   */
  constructor(
    private readonly _kinds: readonly ViewKind[],
    context: ViewContext
  ) {
    this._context = { ...context, ...this._comparing() };
    const group = `lossviz-views-${++groups}`;
    this.element.className = 'lossviz-views';
    this.bar.className = 'lossviz-tabs';
    this.bar.setAttribute('role', 'tablist');
    this.bar.setAttribute('aria-label', trans.__('Views'));
    this.bar.hidden = _kinds.length < 2;
    this.bar.addEventListener('keydown', this._move);
    // A notebook must not take the keys that choose a view.
    this.bar.dataset['lmSuppressShortcuts'] = 'true';
    _kinds.forEach(({ id, title, wide = false }, index) => {
      const tab = document.createElement('button');
      tab.type = 'button';
      tab.textContent = title;
      tab.id = `${group}-${id}-tab`;
      tab.setAttribute('role', 'tab');
      tab.addEventListener('click', () => {
        this._choose(index);
      });
      const panel = document.createElement('div');
      panel.id = `${group}-${id}`;
      panel.classList.toggle('lossviz-wide', wide);
      panel.hidden = true;
      if (_kinds.length > 1) {
        panel.setAttribute('role', 'tabpanel');
        panel.setAttribute('aria-labelledby', tab.id);
        tab.setAttribute('aria-controls', panel.id);
      }
      this._tabs.push(tab);
      this._panels.push(panel);
    });
    this.bar.append(...this._tabs);
    this.element.append(this.bar, ...this._panels);
    this._kept = new KeptChoice(context.lab, 'view');
    const before = this._kept.read();
    this.select(
      Math.max(
        _kinds.findIndex(({ id }) => id === before),
        0
      )
    );
  }

  /** Show the view with this index; the one before it follows nothing any more. */
  select(index: number): void {
    const kind = this._kinds[index];
    if (!kind || index === this._selected) {
      return;
    }
    this._view?.hide();
    this._panels[this._selected]?.replaceChildren();
    this._selected = index;
    this._tabs.forEach((tab, i) => {
      tab.setAttribute('aria-selected', String(i === index));
      tab.tabIndex = i === index ? 0 : -1;
    });
    this._panels.forEach((panel, i) => {
      panel.hidden = i !== index;
    });
    const view = (this._views[index] ??= kind.make(this._context));
    this._panels[index]?.replaceChildren(view.element);
    view.show();
  }

  /** The kernel has said something to this page. */
  take(message: FromKernel, buffers: DataView[]): void {
    this._views.forEach(view => view?.take?.(message, buffers));
  }

  /** The colours have changed. */
  recolour(): void {
    this._view?.recolour?.();
  }

  dispose(): void {
    this._views.forEach(view => view?.dispose());
  }

  /** A person wants to see this view, also after a reload. */
  private _choose(index: number): void {
    this.select(index);
    this._kept.write(this._kinds[index]?.id);
  }

  /** How a view has runs compared by another one. */
  private _comparing(): Pick<ViewContext, 'compareRuns'> {
    const index = this._kinds.findIndex(({ compares }) => compares);
    return index < 0
      ? {}
      : {
          compareRuns: runs => {
            this._choose(index);
            // Until there is something to read: the button that was pressed is gone.
            this._tabs[index]?.focus();
            this._view?.compareRuns?.(runs);
          }
        };
  }

  private get _view(): View | undefined {
    return this._views[this._selected];
  }

  private _move = (event: KeyboardEvent): void => {
    const next = neighbour(event.key, ARROWS, this._selected, this._kinds.length);
    if (next !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      this._choose(next);
      this._tabs[next]?.focus();
    }
  };
}
