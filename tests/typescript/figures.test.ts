import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { EpochRow, RunState } from '../../labextension/src/messages';
import { RunData } from '../../labextension/src/store/run_data';
import { RunStore } from '../../labextension/src/store/run_store';
import { figuresOf, type FigureValue } from '../../labextension/src/views/train/figure_values';
import { Figures } from '../../labextension/src/views/train/figures';
import { buffer, part, progress, row, run, snapshot } from './runs';
import { viewContext } from './view_context';
import { Wire } from './wire';

const SERIES: RunState['series'] = [
  { name: 'loss', kind: 'step', unit: '' },
  { name: 'accuracy', kind: 'step', unit: '' },
  { name: 'gradient_norm', kind: 'step', unit: '' }
];

/** An epoch with these metrics. */
function epoch(number: number, metrics: EpochRow['metrics']): EpochRow {
  return { ...row(number, 1, 1), metrics };
}

function data(rows: EpochRow[], more: Partial<RunState> = {}): RunData {
  const state = { ...run, series: SERIES, ...more };
  const made = new RunData(state, { ...progress, step: 3 * rows.length, epoch: rows.length });
  made.epochs.reset(rows);
  return made;
}

const GOOD = [
  epoch(1, { loss: 1, val_loss: 1.1, accuracy: 0.5, val_accuracy: 0.45 }),
  epoch(2, { loss: 0.5, val_loss: 0.6, accuracy: 0.9, val_accuracy: 0.85 })
];
const BEFORE = data(
  [
    epoch(1, { loss: 1.2, val_loss: 1, accuracy: 0.4, val_accuracy: 0.45 }),
    epoch(2, { loss: 0.6, val_loss: 0.5, accuracy: 0.8, val_accuracy: 0.8 }),
    epoch(3, { loss: 0.4, val_loss: 0.4, accuracy: 0.9, val_accuracy: 0.9 })
  ],
  { id: 'b', name: 'run 0', status: 'completed' }
);

const titles = (values: FigureValue[]): string[] => values.map(({ title }) => title);

it('has the losses, the metric of the task and the gradient norm', () => {
  const made = data(GOOD, { status: 'completed' });
  made.series('gradient_norm').append(
    0,
    Float32Array.from({ length: 100 }, () => 2)
  );
  const values = figuresOf(made, undefined);
  expect(values).toEqual([
    { title: 'Training loss', value: '0.5000', detail: 'best of 2 epochs' },
    { title: 'Validation loss', value: '0.6000', detail: 'best of 2 epochs' },
    { title: 'Validation accuracy', value: '85.0 %', detail: 'best of 2 epochs' },
    { title: 'Gradient norm', value: '2.000', detail: 'mean of the last 50 steps' }
  ]);
});

it('compares a live run at the same epoch, and what has ended as it ended', () => {
  const live = figuresOf(data(GOOD), BEFORE);
  expect(live.slice(0, 3)).toMatchObject([
    { change: { text: '−0.1000', verdict: 'better' }, detail: 'vs run 0, epoch 2' },
    { change: { text: '+0.1000', verdict: 'worse' }, detail: 'vs run 0, epoch 2' },
    { change: { text: '+5.0 points', verdict: 'better' }, detail: 'vs run 0, epoch 2' }
  ]);
  const ended = figuresOf(data(GOOD, { status: 'completed' }), BEFORE);
  expect(ended.slice(0, 3)).toMatchObject([
    { change: { text: '+0.1000', verdict: 'worse' }, detail: 'vs run 0' },
    { change: { text: '+0.2000', verdict: 'worse' } },
    { change: { text: '−5.0 points', verdict: 'worse' } }
  ]);
  const same = figuresOf(data(BEFORE.epochs.all.slice(), { status: 'completed' }), BEFORE);
  expect(same.slice(0, 3).map(({ change, detail }) => [change, detail])).toEqual(
    Array(3).fill([undefined, 'same as run 0'])
  );
});

it('compares no heights of different losses, but the metric', () => {
  const [training, validation, metric] = figuresOf(data(GOOD, { loss: 'hinge' }), BEFORE);
  expect(training).toEqual({
    title: 'Training loss',
    value: '0.5000',
    detail: 'run 0: other loss'
  });
  expect(validation?.change).toBeUndefined();
  expect(metric?.change?.verdict).toBe('better');
});

it('says where the best value was when it is not the latest', () => {
  const rows = [...GOOD, epoch(3, { loss: 0.4, val_loss: 0.9, accuracy: 0.9, val_accuracy: 0.7 })];
  expect(figuresOf(data(rows), undefined).map(({ detail }) => detail)).toEqual([
    'best so far',
    'best 0.6000 at epoch 2',
    'best 85.0 % at epoch 2',
    ''
  ]);
});

it('knows nothing before there is something, and invents no number', () => {
  const blank = (values: FigureValue[]): boolean =>
    values.every(({ value, change, detail }) => value === '' && !change && detail === '');
  const waiting = data([], { series: [SERIES[0]!] });
  expect(blank(figuresOf(null, BEFORE))).toBe(true);
  expect(blank(figuresOf(waiting, BEFORE))).toBe(true);
  // The names do not change when the run begins.
  expect(titles(figuresOf(waiting, BEFORE))).toEqual([
    'Training loss',
    'Validation loss',
    'Accuracy',
    'Gradient norm'
  ]);
  const early = data([]);
  early.progress = { ...early.progress, step: 2 };
  early.last = 1.5;
  expect(figuresOf(early, undefined)[0]).toMatchObject({ value: '1.500', detail: 'latest batch' });
});

it.each<[string, Partial<RunState>, EpochRow[], number | null, string]>([
  ['an event', { events: [{ kind: 'nan', step: 12, text: '' }] }, [], NaN, 'at step 12'],
  ['a mean', {}, [epoch(1, { loss: null, val_loss: null })], 1, 'in epoch 1'],
  ['a step', {}, [], Infinity, 'at step 0']
])('says of a run that has diverged that it has: %s', (_, state, rows, last, detail) => {
  const made = data(rows, state);
  made.last = last;
  expect(figuresOf(made, BEFORE)[0]).toEqual({
    title: 'Training loss',
    value: 'Diverged',
    bad: true,
    detail
  });
  expect(figuresOf(made, BEFORE)[1]).toMatchObject({ value: rows.length ? 'Not finite' : '' });
});

it('has the best epoch where there is no gradient norm, or no metric', () => {
  const plain = GOOD.map(one => ({ ...one, metrics: { loss: one.metrics['loss'] ?? null } }));
  const loss = { series: [SERIES[0]!] };
  expect(titles(figuresOf(data(GOOD, loss), undefined)).at(-1)).toBe('Best epoch');
  const values = figuresOf(data(plain, loss), undefined);
  expect(values.slice(2)).toEqual([
    { title: 'Best epoch', value: '2', detail: 'lowest training loss' },
    { title: 'Learning rate', value: '0.1000', detail: '' }
  ]);
});

it.each([
  [1, 2, 'rising'],
  [2, 1, 'falling'],
  [2, 2.1, 'mean of the last 50 steps']
])('says where the gradient norm goes: %d, then %d', (first, then, detail) => {
  const made = data(GOOD);
  const steps = Float32Array.from({ length: 100 }, (_, i) => (i < 50 ? first : then));
  made.series('gradient_norm').append(0, steps);
  expect(figuresOf(made, undefined)[3]).toMatchObject({ detail });
});

it('does not take an accuracy that is a percentage already for a share', () => {
  const [, , metric] = figuresOf(data([epoch(1, { loss: 1, accuracy: 94.7 })]), undefined);
  expect(metric).toMatchObject({ title: 'Training accuracy', value: '94.70' });
});

let store: RunStore;

beforeEach(() => {
  vi.useFakeTimers();
  store = new RunStore('p', new Wire());
});

afterEach(() => {
  store.dispose();
  vi.useRealTimers();
});

it('writes a few times a second, and never misses the last numbers', () => {
  const figures = new Figures(viewContext(store));
  figures.show();
  expect(store.shown).toEqual(['loss', 'gradient_norm']);
  const state = { ...run, series: SERIES };
  const moved = { ...progress, step: 3 };
  store.takeSnapshot(
    snapshot('p', { run: state, progress: moved, rows: GOOD.slice(0, 1), series: [part()] }),
    [[], [], [], [], [1]].map(buffer)
  );
  const value = (): string =>
    figures.element.querySelector('.lossviz-figure-value')?.textContent ?? '';
  expect(value()).toBe('1.000');
  for (let step = 4; step < 24; step++) {
    store.takeAppend(
      {
        type: 'append',
        run: 'a',
        sequence: step,
        progress: { ...progress, step },
        series: [],
        rows: step === 23 ? GOOD.slice(1) : []
      },
      []
    );
  }
  expect(value()).toBe('1.000');
  vi.advanceTimersByTime(300);
  expect(value()).toBe('0.5000');
  figures.hide();
  expect(store.shown).toEqual(['loss']);
});

it('says before the first run what to do, and how', () => {
  const started = vi.fn();
  const first = { text: 'No run yet.', train: started as (() => void) | undefined };
  const figures = new Figures({ ...viewContext(store), first: () => first });
  figures.show();
  const start = figures.element.querySelector('button');
  expect(figures.element.querySelector('p')?.textContent).toBe('No run yet.');
  start?.click();
  expect(started).toHaveBeenCalledOnce();
  first.train = undefined;
  first.text = 'Preparing data and model...';
  store.slices.emit(['run']);
  expect(start?.hidden).toBe(true);
  expect(figures.element.querySelector('p')?.textContent).toBe('Preparing data and model...');
  const heads = (): boolean | undefined => figures.element.querySelector('dl')?.hidden;
  expect(heads()).toBe(true);
  store.takeSnapshot(
    snapshot('p', { progress: { ...progress, step: 1 } }),
    [[], [], [], [], [1]].map(buffer)
  );
  expect(heads()).toBe(false);
  figures.hide();
});
