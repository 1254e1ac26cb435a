/**
 * The badge on a cell that holds a lab's program: the lab's name, and whether both are in sync.
 */

import type { Cell } from '@jupyterlab/cells';
import type { Translation } from '../i18n/translation';
import type { ProgramState } from '../lab_traits';

const CLASS = 'lossviz-badge';

/** Cells that have not been on screen and have no header yet, and the program of their badge. */
const pending = new WeakMap<Cell, Partial<ProgramState>>();

/** Show the badge above the cell's code, or update it. */
export function showBadge(cell: Cell, code: Partial<ProgramState>, trans: Translation): void {
  const header = cell.node.querySelector('.jp-CellHeader');
  if (!header) {
    const first = !pending.has(cell);
    pending.set(cell, code);
    if (first) {
      void cell.ready.then(() => {
        // If the lab has released the cell meanwhile, the badge would stay forever.
        const latest = pending.get(cell);
        pending.delete(cell);
        if (latest && cell.node.querySelector('.jp-CellHeader')) {
          showBadge(cell, latest, trans);
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
  const text = `${code.lab ?? trans.__('Loss lab')}: ${stateText(code, trans)}`;
  if (badge.textContent !== text) {
    badge.textContent = text;
  }
  badge.dataset['state'] = code.state ?? 'in_step';
  badge.title =
    code.state === 'unreadable'
      ? trans.__("The lab's fields have no effect until this code can be read.")
      : trans.__('The code that Train runs. Changes here show in the lab, and vice versa.');
}

/** Remove the badge. */
export function removeBadge(cell: Cell | undefined): void {
  if (cell) {
    pending.delete(cell);
  }
  const header = cell?.node.querySelector('.jp-CellHeader');
  header?.querySelector(`.${CLASS}`)?.remove();
  header?.classList.remove('lossviz-badged');
}

/** The state of a program in a few words. */
function stateText(code: Partial<ProgramState>, trans: Translation): string {
  switch (code.state) {
    case 'unreadable':
      return code.message ?? trans.__('cannot be read');
    case 'edited':
      return trans.__('in sync, %1', code.message ?? '');
    default:
      return trans.__('in sync');
  }
}
