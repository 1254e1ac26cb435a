/**
 * A loss function of a person's own beside the catalogue's, line by line.
 */

import type { Comparison, DiffLine } from '../messages';
import { button } from '../controls/button';

const KINDS: Record<DiffLine['kind'], { tag: string; sign: string; said: string }> = {
  same: { tag: 'span', sign: ' ', said: '' },
  added: { tag: 'ins', sign: '+', said: 'Yours: ' },
  removed: { tag: 'del', sign: '-', said: 'Catalogue: ' }
};

export class ComparisonBox {
  readonly element = document.createElement('section');
  private _title = document.createElement('h3');
  private _lines = document.createElement('div');

  constructor() {
    this.element.className = 'lossviz-comparison';
    this.element.hidden = true;
    this.element.tabIndex = -1;
    this._lines.className = 'lossviz-diff';
    // A region that can be scrolled must be reachable with the keyboard.
    this._lines.tabIndex = 0;
    this._lines.setAttribute('role', 'group');
    const close = button('Close', 'Close the comparison', () => {
      this.element.hidden = true;
    });
    this.element.append(this._title, this._lines, close);
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  show({ title, lines }: Comparison): void {
    this._title.textContent = title;
    this.element.setAttribute('aria-label', title);
    this._lines.setAttribute('aria-label', title);
    this._lines.replaceChildren(...lines.map(lineOf));
    const opens = !this.open && lines.length > 0;
    this.element.hidden = lines.length === 0;
    if (opens) {
      this.element.focus();
    }
  }
}

function lineOf({ kind, text }: DiffLine): HTMLElement {
  const { tag, sign, said } = KINDS[kind];
  const line = document.createElement(tag);
  line.className = `lossviz-diff-line lossviz-diff-${kind}`;
  if (said) {
    const hidden = document.createElement('span');
    hidden.className = 'lossviz-visually-hidden';
    hidden.textContent = said;
    line.append(hidden);
  }
  const mark = document.createElement('span');
  mark.textContent = `${sign} `;
  mark.setAttribute('aria-hidden', 'true');
  line.append(mark, text);
  return line;
}
