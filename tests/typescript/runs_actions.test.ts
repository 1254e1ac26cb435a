import { expect, it } from 'vitest';
import type { FromKernel, FromPage } from '../../labextension/src/messages';
import { listed, many, openRunsPage, page } from './runs_page';

openRunsPage();

it('says what is missing for a button', () => {
  page.answer([listed(0, { status: 'running', resume: 'It has not ended.' }), listed(1)]);
  const why = (name: string): string => page.button(name).title;
  expect([why('Compare'), why('Resume'), why('Delete')]).toEqual([
    'Select at least two runs.',
    'Select one run.',
    'Select runs in the table first.'
  ]);
  page.select(0);
  expect([why('Resume'), why('Delete')]).toEqual([
    'It has not ended.',
    'Stop run 0 before you delete it.'
  ]);
  page.button('Resume').click();
  expect(page.said).toBe('It has not ended.');
  expect(page.change).toBeUndefined();
  page.select(0, 1);
  page.button('Resume').click();
  expect(page.change).toMatchObject({ change: 'resume', runs: ['r1'] });
});

it('asks in the page before it deletes, with the focus on the safe answer', () => {
  page.answer(many(0, 2));
  page.select(1);
  page.button('Delete').focus();
  page.button('Delete').click();
  const question = page.all('.lossviz-runs-question')[0] as HTMLElement;
  expect(question.textContent).toContain(
    'Delete run 1 permanently, including its metrics and checkpoint?'
  );
  expect(document.activeElement?.textContent).toBe('Cancel');
  question.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  expect(page.all('.lossviz-runs-question')).toHaveLength(0);
  expect(document.activeElement?.textContent).toBe('Delete');
  page.button('Delete').click();
  page.all<HTMLButtonElement>('.lossviz-runs-question button')[0]?.click();
  const { number } = page.change;
  expect(page.change).toMatchObject({ change: 'delete', runs: ['r1'] });
  // Until it is done, nothing else is asked.
  page.button('Edit note').click();
  expect(page.said).toBe('Waiting for the previous action to finish.');
  page.tell({ type: 'runs_changed', page: 'p', number, trouble: '' });
  expect(page.said).toBe('Deleted.');
  expect(page.asked.anew).toBe(true);
  expect(page.view.element.textContent).toContain('No runs selected');
});

it('renames and notes, and says what the kernel has against it', () => {
  page.answer([listed(0, { note: 'old' }), listed(1)]);
  page.select(0);
  page.button('Rename').click();
  const input = (): HTMLInputElement =>
    page.all<HTMLInputElement>('.lossviz-runs-question input')[0] as HTMLInputElement;
  expect(input().value).toBe('run 0');
  input().value = '';
  page.button('Save').click();
  const { number } = page.change;
  expect(page.change).toMatchObject({ change: 'rename', text: '' });
  page.tell({ type: 'runs_changed', page: 'p', number: number - 1, trouble: 'late' });
  expect(page.said).toBe('');
  page.tell({ type: 'runs_changed', page: 'p', number, trouble: 'a run needs a name.' });
  expect(page.said).toBe('a run needs a name.');
  page.select(1);
  page.button('Edit note').click();
  expect(input().value).toBe('');
  input().value = 'for the slides';
  page.button('Save').click();
  expect(page.change).toMatchObject({ change: 'note', runs: ['r0', 'r1'], text: 'for the slides' });
});

it('shows runs on the charts, and hides them again', () => {
  page.answer(many(0, 2));
  page.select(0, 1);
  page.button('Show on charts').click();
  expect(page.change).toMatchObject({ change: 'show', runs: ['r0', 'r1'] });
  page.tell({ type: 'runs_changed', page: 'p', number: page.change.number, trouble: '' });
  page.answer([listed(0, { shown: true }), listed(1, { shown: true })]);
  page.button('Hide from charts').click();
  expect(page.change).toMatchObject({ change: 'hide' });
});

it('selects and compares the runs that another view names', () => {
  const asked = (): FromPage[] => page.sent.filter(({ type }) => type === 'compare_runs');
  page.answer(many(0, 2));
  page.select(0);
  page.view.compareRuns?.(['r1', 'r2']);
  expect(asked()).toEqual([expect.objectContaining({ runs: ['r1', 'r2'] })]);
  // The other one is selected when it is listed.
  page.answer(many(0, 3));
  const chosen = page.all<HTMLInputElement>('tbody input').map(one => one.checked);
  expect(chosen).toEqual([false, true, true]);
  page.view.compareRuns?.(Array.from({ length: 13 }, (_, i) => `r${i}`));
  expect(asked()).toHaveLength(1);
  expect(page.said).toBe('Compare at most 12 runs at a time.');
  page.reachable = false;
  page.view.compareRuns?.(['r1', 'r2']);
  expect(page.said).toContain('cannot be reached');
});

it('compares runs side by side', () => {
  page.answer(many(0, 2));
  page.select(0, 1);
  page.button('Compare').click();
  const { number } = page.sent.at(-1) as { number: number };
  const comparison: FromKernel = {
    type: 'run_comparison',
    page: 'p',
    number,
    runs: [
      { id: 'r0', name: 'run 0', colour: 0 },
      { id: 'r1', name: '<b>run 1', colour: 1 }
    ],
    settings: [{ name: 'learning_rate', values: ['0.1', ''] }],
    metrics: [{ name: 'val_loss', last: [0.5, null], best: [0.25, null] }],
    warning: 'heights cannot be compared'
  };
  page.tell({ ...comparison, number: number - 1, warning: 'late' });
  expect(page.all('.lossviz-runs-comparison')[0]?.hidden).toBe(true);
  page.tell(comparison);
  const section = page.all('.lossviz-runs-comparison')[0] as HTMLElement;
  expect(section.hidden).toBe(false);
  expect(document.activeElement).toBe(section);
  expect(section.textContent).toContain('heights cannot be compared');
  const rows = [...section.querySelectorAll('tr')].map(row =>
    [...row.cells].map(cell => cell.textContent)
  );
  expect(rows).toEqual([
    ['Setting', 'run 0', '<b>run 1'],
    ['learning_rate', '0.1', ''],
    ['Metrics: best epoch (last epoch)'],
    ['Loss (validation)', '0.2500 (0.5000)', '']
  ]);
  page.button('Close').click();
  expect(section.hidden).toBe(true);
});
