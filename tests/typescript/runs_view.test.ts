import { expect, it, vi } from 'vitest';
import { listed, many, openRunsPage, page, reopenPage } from './runs_page';

openRunsPage();

it('is fed only while it is seen', () => {
  const count = (): number => page.sent.length;
  page.answer([]);
  const before = count();
  vi.advanceTimersByTime(4100);
  expect(count()).toBe(before + 2);
  page.view.hide();
  vi.advanceTimersByTime(10_000);
  page.store.slices.emit(['run']);
  expect(count()).toBe(before + 2);
  page.view.show();
  expect(page.asked).toMatchObject({ scope: 'lab', sort: 'started', descending: true, anew: true });
});

it('asks as soon as the kernel can be reached', () => {
  reopenPage(false);
  vi.advanceTimersByTime(1000);
  expect(page.sent).toEqual([]);
  page.reachable = true;
  vi.advanceTimersByTime(100);
  expect(page.sent).toHaveLength(1);
});

it('draws only the rows in sight of 10,000, and says where they are', () => {
  page.answer(many(0, 70), 10_000);
  const rows = page.all('tbody tr:not([aria-hidden])');
  expect(rows.length).toBeLessThan(40);
  expect(page.all('table')[0]?.getAttribute('aria-rowcount')).toBe('10001');
  expect(rows[0]?.getAttribute('aria-rowindex')).toBe('2');
  expect(page.all('thead tr')[0]?.getAttribute('aria-rowindex')).toBe('1');
  const scroll = page.all('.lossviz-runs-scroll')[0] as HTMLElement;
  scroll.scrollTop = 28 * 5000;
  scroll.dispatchEvent(new Event('scroll'));
  vi.advanceTimersByTime(20);
  expect(page.asked).toMatchObject({ anew: false });
  expect(page.asked.start).toBeLessThan(5000);
  expect(page.asked.start + page.asked.count).toBeGreaterThan(5016);
  page.answer(many(page.asked.start, page.asked.count), 10_000);
  expect(page.drawn).toContain('run 5003');
  const shown = page
    .all('tbody tr:not([aria-hidden])')
    .find(one => one.textContent?.includes('run 5003'));
  expect(shown?.getAttribute('aria-rowindex')).toBe('5005');
});

it('drops an answer to what nobody asks any more', () => {
  page.answer(many(0, 3));
  const { number } = page.asked;
  page.head('Loss').click();
  expect(page.asked).toMatchObject({ sort: 'loss', descending: false, start: 0 });
  page.answer(many(7, 1), 1, number);
  expect(page.drawn).toEqual(['run 0', 'run 1', 'run 2']);
  page.answer(many(5, 1));
  expect(page.drawn).toEqual(['run 5']);
});

it('is sorted by every column, and says by which', () => {
  page.answer(many(0, 1));
  const states = (): string[] =>
    page.all('thead th[data-column]').map(one => one.getAttribute('aria-sort') ?? '');
  expect(states().filter(one => one !== 'none')).toEqual(['descending']);
  const buttons = page.all<HTMLButtonElement>('thead button');
  expect(buttons).toHaveLength(9);
  page.head('Validation loss').click();
  expect(page.asked).toMatchObject({ sort: 'val_loss', descending: false });
  page.head('Validation loss▴').click();
  expect(page.asked).toMatchObject({ sort: 'val_loss', descending: true });
  page.head('Metric').click();
  expect(page.asked).toMatchObject({ sort: 'metric', descending: true });
  expect(states()[3]).toBe('descending');
  // The focus stays on the head that was pressed.
  page.head('Run').focus();
  page.head('Run').click();
  expect(document.activeElement?.textContent).toBe('Run▴');
});

it('shows numbers as people read them, and nothing for what is not known', () => {
  const none = { best: null, val_loss: null, last_val_loss: null, seconds: null, metric: '' };
  page.answer([listed(0), listed(1, none)]);
  const texts = (row: number): string[] =>
    [...(page.all('tbody tr:not([aria-hidden])')[row]?.children ?? [])].slice(1).map(one =>
      [...one.children]
        .map(part => part.textContent)
        .join(' ')
        .trim()
    );
  expect(texts(0).slice(0, 6)).toEqual([
    'run 0', 'Completed', 'dice', '0.5000 accuracy', '0.2500 last 0.5000', '2/3'
  ]); // prettier-ignore
  expect(texts(0)[7]).toBe('1 min');
  expect(texts(1).slice(3, 5)).toEqual(['', '']);
  expect(texts(1)[7]).toBe('');
});

it('takes text for text, whoever wrote it', () => {
  const odd = '<img src=x onerror=alert(1)>';
  page.answer([listed(0, { name: odd, note: odd, loss: odd })]);
  expect(page.view.element.querySelector('img')).toBeNull();
  expect(page.drawn).toEqual([odd]);
});

it('filters with each letter', () => {
  page.answer(many(0, 3));
  const input = page.all<HTMLInputElement>('.lossviz-runs-filter')[0] as HTMLInputElement;
  for (const text of ['d', 'dice']) {
    input.value = text;
    input.dispatchEvent(new Event('input'));
  }
  const { number } = page.asked;
  expect(page.asked.filter).toBe('dice');
  page.answer(many(4, 1), 1, number - 1);
  expect(page.drawn).toEqual(['run 0', 'run 1', 'run 2']);
  page.answer([]);
  expect(page.all('.lossviz-runs-empty')[0]?.textContent).toContain('No runs match "dice".');
  page.button('Clear filter').click();
  expect(page.asked.filter).toBe('');
});

it('shows any hyperparameter and any metric as a column', () => {
  page.answer(many(0, 1));
  page.button('Columns').click();
  const { number } = page.sent.at(-1) as { number: number };
  expect(page.sent.at(-1)).toMatchObject({ type: 'run_columns' });
  const [config, metrics] = [['learning_rate'], ['val_loss']];
  page.tell({ type: 'run_columns', page: 'p', number, config, metrics });
  const box = (value: string): HTMLInputElement =>
    page
      .all<HTMLInputElement>('.lossviz-runs-columns input')
      .find(one => one.value === value) as HTMLInputElement;
  box('config:learning_rate').focus();
  box('config:learning_rate').click();
  expect(document.activeElement).toBe(box('config:learning_rate'));
  expect(page.asked.columns).toEqual(['config:learning_rate']);
  page.answer([listed(0, { values: [0.001] })]);
  expect(page.all('tbody [data-column="config:learning_rate"]')[0]?.textContent).toBe('0.001');
  box('metric:val_loss').click();
  expect(page.asked.columns).toEqual(['config:learning_rate', 'metric:val_loss']);
  // A column that needs no answer is there at once.
  const before = page.sent.length;
  box('note').click();
  expect(page.sent.length).toBe(before);
  expect(page.all('thead [data-column=note]')).toHaveLength(0);
  page
    .all('.lossviz-runs-columns')[0]
    ?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
  expect(document.activeElement?.textContent).toBe('Columns');
});

it('is after a reload as it was', () => {
  page.button('All runs', '.lossviz-switch button').click();
  page.head('Loss').click();
  reopenPage();
  expect(page.asked).toMatchObject({ scope: 'all', sort: 'loss', descending: false });
  sessionStorage.setItem('lossviz:l:runs', '{"scope": 3, "sort": "DROP", "columns": [{}]}');
  reopenPage();
  expect(page.asked).toMatchObject({ scope: 'lab', sort: 'started', columns: [] });
});

it('goes from row to row with the arrow keys', () => {
  page.answer(many(0, 70), 100);
  const boxes = (): HTMLInputElement[] => page.all<HTMLInputElement>('tbody input');
  expect(boxes().filter(one => one.tabIndex === 0)).toHaveLength(1);
  boxes()[0]?.focus();
  const press = (key: string): void => {
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  };
  press('ArrowDown');
  press('ArrowDown');
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Select run 2');
  press('ArrowUp');
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Select run 1');
  expect((document.activeElement as HTMLElement).tabIndex).toBe(0);
});
