/**
 * The mark on a cell that holds a lab's program: the lab's name, and whether both are in step.
 */

import type { Cell } from '@jupyterlab/cells';
import type { Code } from '../lab_traits';

const CLASS = 'lossviz-badge';

/** Cells that have not been on the screen yet and have no parts, and what their mark is to say. */
const waiting = new WeakMap<Cell, Partial<Code>>();

/** Show the mark above the cell's code, or bring it up to date. */
export function showBadge(cell: Cell, code: Partial<Code>): void {
  const header = cell.node.querySelector('.jp-CellHeader');
  if (!header) {
    const first = !waiting.has(cell);
    waiting.set(cell, code);
    if (first) {
      void cell.ready.then(() => {
        // Where the lab has let go of the cell meanwhile, a mark would stay for ever.
        const wanted = waiting.get(cell);
        waiting.delete(cell);
        if (wanted && cell.node.querySelector('.jp-CellHeader')) {
          showBadge(cell, wanted);
        }
      });
    }
    return;
  }
  let badge = header.querySelector<HTMLElement>(`.${CLASS}`);
  if (!badge) {
    badge = document.createElement('div');
    badge.className = CLASS;
    badge.setAttribute('role', 'note');
    header.append(badge);
    header.classList.add('lossviz-badged');
  }
  const text = `${code.lab ?? 'Loss lab'}: ${stateText(code)}`;
  if (badge.textContent !== text) {
    badge.textContent = text;
  }
  badge.dataset['state'] = code.state ?? 'in_step';
  badge.title =
    code.state === 'unreadable'
      ? 'Fields of the lab change nothing until the code can be read.'
      : 'The code that Train runs. What you change here shows in the lab, and the other way round.';
}

/** Take the mark away. */
export function removeBadge(cell: Cell | undefined): void {
  if (cell) {
    waiting.delete(cell);
  }
  const header = cell?.node.querySelector('.jp-CellHeader');
  header?.querySelector(`.${CLASS}`)?.remove();
  header?.classList.remove('lossviz-badged');
}

/** The state of a program in a few words. */
export function stateText(code: Partial<Code>): string {
  switch (code.state) {
    case 'unreadable':
      return code.message ?? 'cannot be read';
    case 'edited':
      return `in step - ${code.message ?? ''}`;
    default:
      return 'in step';
  }
}
