import { expect, it } from 'vitest';
import { removeBadge, showBadge } from '../../labextension/src/cell/badge';
import { trans } from '../../labextension/src/i18n/translation';

type Cell = Parameters<typeof showBadge>[0];

/** A cell that gets its parts when it comes onto the screen. */
function cell(): { cell: Cell; appear: () => Promise<void> } {
  const node = document.createElement('div');
  let resolve: () => void;
  const ready = new Promise<void>(done => (resolve = done));
  return {
    cell: { node, ready } as unknown as Cell,
    appear: async () => {
      node.innerHTML = '<div class="jp-CellHeader"></div>';
      resolve();
      await ready;
    }
  };
}

it('marks a cell when it appears, with what holds then', async () => {
  const { cell: one, appear } = cell();
  showBadge(one, { lab: 'Loss lab 1', state: 'in_step' }, trans);
  showBadge(one, { lab: 'Loss lab 1', state: 'unreadable', message: 'syntax error' }, trans);
  await appear();
  expect(one.node.textContent).toBe('Loss lab 1: syntax error');
  expect(one.node.querySelectorAll('.lossviz-badge')).toHaveLength(1);
});

it('marks no cell that its lab has let go before it appeared', async () => {
  const { cell: one, appear } = cell();
  showBadge(one, { lab: 'Loss lab 1' }, trans);
  removeBadge(one);
  await appear();
  expect(one.node.textContent).toBe('');
});
