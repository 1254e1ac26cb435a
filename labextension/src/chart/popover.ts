/**
 * A button that opens a small box over the chart, with controls in it.
 *
 * The box stays within the chart: a notebook cuts off what leaves a cell's output.
 */

let boxes = 0;

export class Popover {
  readonly button: HTMLButtonElement;
  readonly box = document.createElement('div');

  /**
   * @param button opens and closes it.
   * @param name of the box.
   * @param content what is in it.
   */
  constructor(button: HTMLButtonElement, name: string, ...content: HTMLElement[]) {
    this.button = button;
    this.box.id = `lossviz-popover-${++boxes}`;
    this.box.className = 'lossviz-popover';
    this.box.setAttribute('role', 'group');
    this.box.setAttribute('aria-label', name);
    this.box.hidden = true;
    this.box.append(...content);
    button.setAttribute('aria-expanded', 'false');
    button.setAttribute('aria-controls', this.box.id);
    button.addEventListener('click', () => {
      this._show(this.box.hidden);
    });
    this.box.addEventListener('keydown', this._press);
    button.addEventListener('keydown', this._press);
    button.addEventListener('focusout', this._leave);
    this.box.addEventListener('focusout', this._leave);
    // In Safari a press on a button takes the focus away, and the box would be gone before the click.
    this.box.addEventListener('mousedown', event => {
      if (event.target instanceof HTMLButtonElement) {
        event.preventDefault();
      }
    });
  }

  private _show(open: boolean): void {
    this.box.hidden = !open;
    this.button.setAttribute('aria-expanded', String(open));
    if (open) {
      this.box.querySelector<HTMLElement>('input, button')?.focus();
    }
  }

  private _press = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && !this.box.hidden) {
      event.stopPropagation();
      this.button.focus();
      this._show(false);
    }
  };

  private _leave = ({ relatedTarget }: FocusEvent): void => {
    const inside =
      relatedTarget instanceof Node &&
      (this.box.contains(relatedTarget) || this.button.contains(relatedTarget));
    // Without a new place the page itself has lost the focus, or a part of it that takes none was
    // pressed: a person who copies the numbers elsewhere finds the box as it was.
    if (!inside && relatedTarget) {
      this._show(false);
    }
  };
}
