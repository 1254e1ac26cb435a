/**
 * A button that opens a menu of items in groups.
 *
 * The menu is part of the page's flow, not an overlay: a notebook clips what leaves a cell's output.
 */

import { button } from './button';
import { neighbour } from './neighbour';

/** An item of the menu. */
export interface MenuItem {
  /** Stays the same when the label changes. */
  id: string;
  label: string;
  /** The heading of its group. */
  group: string;
  /** What it does, as a tooltip. */
  help?: string;
}

let menus = 0;

const ARROWS = ['ArrowUp', 'ArrowDown'] as const;

export class MenuButton {
  readonly element = document.createElement('div');
  readonly button: HTMLButtonElement;
  private _menu = document.createElement('div');

  /**
   * @param label of the button.
   * @param help the button's tooltip.
   * @param _items returns the current items.
   * @param _choose called with the chosen item.
   */
  constructor(
    label: string,
    help: string,
    private readonly _items: () => readonly MenuItem[],
    private readonly _choose: (item: MenuItem) => void
  ) {
    this.button = button(label, help, () => {
      this._toggle(this._menu.hidden);
    });
    this.button.classList.add('lossviz-small');
    this.button.setAttribute('aria-haspopup', 'menu');
    this.button.setAttribute('aria-expanded', 'false');
    this._menu.id = `lossviz-menu-${++menus}`;
    this._menu.className = 'lossviz-menu';
    this._menu.setAttribute('role', 'menu');
    this._menu.setAttribute('aria-label', label);
    this._menu.hidden = true;
    this.button.setAttribute('aria-controls', this._menu.id);
    this.element.className = 'lossviz-menu-button';
    this.element.append(this.button, this._menu);
    this.element.addEventListener('keydown', this._press);
    // In Safari, pressing a button removes the focus, and the menu would close before the click.
    this.element.addEventListener('mousedown', event => {
      event.preventDefault();
    });
    this.element.addEventListener('focusout', ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && this.element.contains(relatedTarget))) {
        this._toggle(false);
      }
    });
  }

  /** The items have changed. */
  refresh(): void {
    const empty = this._items().length === 0;
    // It stays where it is, and keeps the focus; there is only nothing to open.
    this.button.setAttribute('aria-disabled', String(empty));
    if (!this._menu.hidden && empty) {
      this._close();
    } else if (!this._menu.hidden) {
      const focused = this._all.findIndex(one => one === document.activeElement);
      this._fill();
      // Removing the focused item closes the menu.
      this._show(true);
      this._all[Math.min(focused, this._all.length - 1)]?.focus();
    }
  }

  private get _all(): HTMLElement[] {
    return [...this._menu.querySelectorAll<HTMLElement>('[role=menuitem]')];
  }

  private _toggle(open: boolean): void {
    if (open) {
      this._fill();
    }
    const [first] = this._all;
    this._show(open && first !== undefined);
    if (open) {
      first?.focus();
    }
  }

  private _show(open: boolean): void {
    this._menu.hidden = !open;
    this.button.setAttribute('aria-expanded', String(open));
  }

  private _close(): void {
    this.button.focus();
    this._toggle(false);
  }

  private _fill(): void {
    const groups = new Map<string, MenuItem[]>();
    for (const item of this._items()) {
      groups.set(item.group, [...(groups.get(item.group) ?? []), item]);
    }
    this._menu.replaceChildren(
      ...Array.from(groups, ([name, items], index) => {
        const group = document.createElement('div');
        group.setAttribute('role', 'group');
        const heading = document.createElement('span');
        heading.id = `${this._menu.id}-${index}`;
        heading.textContent = name;
        heading.setAttribute('role', 'presentation');
        group.setAttribute('aria-labelledby', heading.id);
        group.append(heading, ...items.map(item => this._item(item)));
        return group;
      })
    );
  }

  private _item(item: MenuItem): HTMLElement {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = item.label;
    made.setAttribute('role', 'menuitem');
    made.tabIndex = -1;
    made.title = item.help ?? '';
    made.addEventListener('click', () => {
      this._close();
      this._choose(item);
    });
    return made;
  }

  private _press = (event: KeyboardEvent): void => {
    const all = this._all;
    const focused = all.findIndex(one => one === document.activeElement);
    const next = neighbour(event.key, ARROWS, focused, all.length);
    if (this._menu.hidden) {
      if (event.key === 'ArrowDown') {
        event.preventDefault();
        this._toggle(true);
      }
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this._close();
    } else if (next !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      all[next]?.focus();
    }
  };
}
