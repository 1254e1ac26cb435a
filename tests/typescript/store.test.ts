import { expect, it } from 'vitest';
import type { Append, EarlierRun, EpochRow, Snapshot } from '../../labextension/src/messages';
import { StepSeries } from '../../labextension/src/series/step_series';
import { Budget } from '../../labextension/src/store/budget';
import { EpochRows, MOST_ROWS, thinned } from '../../labextension/src/store/epoch_rows';
import { RunStore } from '../../labextension/src/store/run_store';
import { buffer, part, progress, row, run, snapshot } from './runs';
import { Wire } from './wire';

function filled(count: number): StepSeries {
  const series = new StepSeries();
  series.append(0, new Float32Array(count).fill(1));
  return series;
}

it('holds so many values on a page, whatever the number of series', () => {
  const budget = new Budget(100_000);
  const all = [filled(60_000), filled(30_000), filled(5000)];
  all.forEach(one => {
    budget.add(one);
  });
  budget.enforce();
  expect(all.map(one => one.held)).toEqual([60_000, 30_000, 5000]);
  const newest = filled(25_000);
  budget.add(newest);
  budget.enforce();
  const held = [...all, newest].map(one => one.held);
  expect(held.reduce((sum, one) => sum + one)).toBeLessThanOrEqual(100_000);
  // The largest gave way, and no step of it is forgotten.
  expect(held.slice(1)).toEqual([30_000, 5000, 25_000]);
  expect(all[0]?.length).toBe(60_000);
  budget.delete(newest);
});

it('comes to an end where nothing can give way', () => {
  const budget = new Budget(10);
  budget.add(filled(500));
  budget.enforce();
});

it('keeps a bounded number of epochs, with every extreme, the first and the last', () => {
  const rows = new EpochRows();
  for (let epoch = 1; epoch <= 50_000; epoch += 50) {
    rows.append(
      Array.from({ length: 50 }, (_, i) => row(epoch + i, epoch + i === 777 ? 99 : 1, 1 / epoch))
    );
    expect(rows.all.length).toBeLessThanOrEqual(MOST_ROWS);
  }
  expect(rows.count).toBe(50_000);
  expect([rows.all[0]?.epoch, rows.all.at(-1)?.epoch]).toEqual([1, 50_000]);
  expect(rows.all.some(one => one.metrics['loss'] === 99)).toBe(true);
  const epochs = rows.all.map(one => one.epoch);
  expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
});

it('keeps the gap of an epoch without a value', () => {
  const rows: EpochRow[] = Array.from({ length: 1000 }, (_, i) => row(i, i === 500 ? null : 1, 1));
  const few = thinned(rows, 50, ['loss', 'val_loss']);
  expect(few.length).toBeLessThanOrEqual(60);
  expect(few.some(one => one.metrics['loss'] === null)).toBe(true);
});

it('knows its runs by their ids, and lets go of those that are not shown any more', () => {
  const store = new RunStore('p', new Wire());
  const buffers = (steps: number[]): DataView[] => [[], [], [], [], steps].map(buffer);
  const earlier = (id: string): EarlierRun => ({
    run: { ...run, id, status: 'completed' },
    progress,
    rows: [row(1, 0.5, 0.6)],
    last: 0.4,
    best: 0.3
  });
  const of = (id: string, before: string[]): Snapshot =>
    snapshot('p', { run: { ...run, id }, earlier: before.map(earlier) });
  store.takeSnapshot(of('a', []), buffers([3, 2]));
  const first = store.followed;
  expect(first?.series('loss').length).toBe(2);
  expect(first?.series('accuracy').length).toBe(0);
  store.takeSnapshot(of('b', ['a']), buffers([9]));
  expect([...store.runs.keys()].sort()).toEqual(['a', 'b']);
  expect(store.earlier).toEqual([first]);
  expect(store.earlier[0]).toMatchObject({ last: 0.4, best: 0.3 });
  expect(store.followed?.last).toBe(9);
  store.takeSnapshot(of('c', []), buffers([]));
  expect([...store.runs.keys()]).toEqual(['c']);
  store.takeSnapshot(snapshot('', { run: null, progress: null }), []);
  expect(store.followed).toBeNull();
  store.dispose();
});

it('takes several series of one message, and passes over what nobody looks at', () => {
  const wire = new Wire();
  let asked = 0;
  const store = new RunStore('p', wire, () => {
    asked++;
  });
  let heard = 0;
  const stop = store.slices.on(['series:accuracy'], () => {
    heard++;
  });
  expect([asked, store.shown]).toEqual([1, ['loss', 'accuracy']]);
  const accuracy = part({ name: 'accuracy', best: 0.1 });
  const parts = snapshot('p', { series: [accuracy, part({ best: 2 })] });
  store.takeSnapshot(parts, [[], [], [], [], [0.1, 0.2], [], [], [3, 2]].map(buffer));
  const news = ['accuracy', 'score', 'loss'].map(name => ({ name, start: 2 }));
  const append: Append = { type: 'append', run: 'a', sequence: 5, progress, series: news };
  expect(store.takeAppend(append, [[0.3], [9], [1]].map(buffer))).toBe(true);
  const values = (name: string): number[] => [...(store.followed?.series(name).raw(0, 9) ?? [])];
  expect(values('accuracy')).toEqual([0.1, 0.2, 0.3].map(Math.fround));
  expect([values('loss'), values('score'), store.followed?.best]).toEqual([[3, 2, 1], [], 1]);
  expect(heard).toBe(2);
  // One series that was not continued changes none.
  const gap: Append = {
    ...append,
    series: [
      { name: 'loss', start: 3 },
      { name: 'accuracy', start: 9 }
    ]
  };
  expect(store.takeAppend(gap, [[0.5], [0.5]].map(buffer))).toBe(false);
  expect(values('loss')).toEqual([3, 2, 1]);
  stop();
  expect([asked, store.shown]).toEqual([2, ['loss']]);
  store.dispose();
});

it('keeps every series of what was saved with a notebook: no kernel will send them again', () => {
  const store = new RunStore('p', new Wire());
  const saved = snapshot('', { series: [part(), part({ name: 'gradient_norm' })] });
  const buffers = [[], [], [], [], [3], [], [], [5, 4]].map(buffer);
  store.takeSnapshot(saved, buffers);
  expect(store.followed?.series('gradient_norm').length).toBe(0);
  store.takeSnapshot(saved, buffers, true);
  expect(store.followed?.series('gradient_norm').last).toBe(4);
  store.dispose();
});
