import { afterEach, beforeEach, expect, it } from 'vitest';
import { epochChart, epochMetrics } from '../../labextension/src/chart/epoch_metric';
import type { ChartKind, ChartView, Figure } from '../../labextension/src/chart/kind';
import { csv, fileName } from '../../labextension/src/chart/save';
import { seriesChart, stepSeries } from '../../labextension/src/chart/step_series';
import type { EpochRow, RangeRequest, RunState } from '../../labextension/src/messages';
import { RunStore } from '../../labextension/src/store/run_store';
import { buffer, chartView, part, progress, row, run, snapshot } from './runs';
import { sparseBuffers } from './sparse';
import { Wire } from './wire';

const view: ChartView = {
  ...chartView,
  options: { axis: 'step', smoothing: '0' },
  empty: 'Train.'
};
const norm = seriesChart({ name: 'gradient_norm', kind: 'step', unit: '' });
const heat = seriesChart({ name: 'heat', kind: 'logged', unit: '' });
const accuracy = epochChart({ id: 'a', title: () => 'Accuracy', name: 'accuracy' });
const state: RunState = {
  ...run,
  series: [
    { name: 'loss', kind: 'step', unit: '' },
    { name: 'gradient_norm', kind: 'step', unit: '' },
    { name: 'accuracy', kind: 'step', unit: '' },
    { name: 'heat', kind: 'logged', unit: '' },
    { name: 'process_memory', kind: 'resource', unit: 'MB' }
  ]
};

let wire: Wire;
let store: RunStore;

beforeEach(() => {
  wire = new Wire();
  store = new RunStore('p', wire);
  store.slices.on(['series:gradient_norm', 'series:heat'], () => undefined);
});

afterEach(() => {
  store.dispose();
});

/** A run at its last step, with this gradient norm from step `first` on. */
function train(norms: number[], first = 0, more: Parameters<typeof snapshot>[1] = {}): void {
  const at = { ...progress, step: first + norms.length, epoch_start: first, seconds: 4 };
  const series = [part({ name: 'gradient_norm', start: first, raw_start: first }), part()];
  store.takeSnapshot(
    snapshot('p', { run: state, progress: at, series, ...more }),
    [[], [], [], [], norms, [], [], []].map(buffer)
  );
}

function log(steps: number[], values: number[]): void {
  store.takeSnapshot(
    snapshot('p', {
      run: state,
      progress: { ...progress, step: 100 },
      series: [part({ name: 'heat', sparse: true, width: 0 }), part()]
    }),
    [...[[], []].map(buffer), ...sparseBuffers(steps, values), ...[[], [], []].map(buffer)]
  );
}

function judged(epoch: number, training: number, held?: number): EpochRow {
  const metrics = {
    loss: 1,
    accuracy: training,
    ...(held === undefined ? {} : { val_accuracy: held })
  };
  return { ...row(epoch, 1, 1), metrics };
}

function drawn(kind: ChartKind, more: Partial<ChartView> = {}): Figure {
  return kind.figure(store, { ...view, ...more });
}

function line(figure: Figure, index = 0): [number[], number[]] {
  const { x = [], y = [] } = figure.traces[index] ?? {};
  return [Array.from(x), Array.from(y, Number)];
}

it('says before the first run, and before the first value, that there is nothing', () => {
  for (const kind of [norm, heat, accuracy]) {
    expect(drawn(kind)).toMatchObject({ summary: 'Train.', points: 0, traces: [] });
  }
  train([]);
  expect(drawn(norm).summary).toBe('No values yet.');
  expect(drawn(accuracy).summary).toBe('The first epoch has not ended yet.');
  train([1], 0, { rows: [row(1, 1, 1)] });
  expect(drawn(accuracy).summary).toBe('No values yet.');
});

it('draws a series over all steps, asks for those before this page came, and says the last', () => {
  train([5, 4], 3);
  expect(line(drawn(norm))).toEqual([
    [4, 5],
    [5, 4]
  ]);
  const { number, start, stop, series } = wire.sent.at(-1) as RangeRequest;
  expect([series, start, stop]).toEqual(['gradient_norm', 0, 3]);
  wire.deliver(
    { type: 'range', page: 'p', number, run: 'a', part: part({ name: 'gradient_norm' }) },
    [],
    [],
    [8, 7, 6]
  );
  const figure = drawn(norm);
  expect(line(figure)).toEqual([
    [1, 2, 3, 4, 5],
    [8, 7, 6, 5, 4]
  ]);
  expect(figure.summary).toBe('5 values of gradient norm, the last 4.000.');
});

it('draws what is logged now and then where it was logged', () => {
  log([4, 50, 50, 99], [20, 21, 22, NaN]);
  const figure = drawn(heat);
  expect(line(figure)).toEqual([
    [5, 51, 51, 100],
    [20, 21, 22, NaN]
  ]);
  expect([figure.points, figure.summary]).toEqual([4, '4 values of heat.']);
});

it('shows a spike of one step in a long run, on every axis, and no more than one can see', () => {
  const norms = Array.from({ length: 50_000 }, (_, i) => (i === 31_234 ? 77 : 1));
  train(norms);
  for (const axis of ['step', 'epoch', 'time']) {
    const figure = drawn(norm, { options: { axis, smoothing: '0' } });
    expect(Math.max(...line(figure)[1])).toBe(77);
    expect(line(figure)[0].length).toBeLessThan(4 * view.columns + 8);
  }
  const [x, y] = line(drawn(norm, { zoom: [31_200, 31_300] }));
  expect(x.length).toBeLessThan(110);
  expect(x[y.indexOf(77)]).toBe(31_235);
});

it('smoothes behind a faint line of the values', () => {
  train([4, 2, 8]);
  const { traces } = drawn(norm, { options: { axis: 'step', smoothing: '0.5' } });
  expect(traces.map(({ name, opacity }) => [name, opacity])).toEqual([
    ['run 1', 0.35],
    ['smoothed', 1]
  ]);
  expect(Number(traces[1]?.y[1])).toBeCloseTo(2 / 0.75, 5);
});

it('marks what happened on every chart', () => {
  const events = [{ kind: 'paused', step: 2, text: 'Paused.' }];
  train([4, 2, 8], 0, { run: { ...state, events, checkpoints: [3] }, rows: [judged(1, 0.5)] });
  for (const kind of [norm, accuracy]) {
    const { layout } = drawn(kind);
    expect(layout['annotations']).toMatchObject([{ hovertext: 'Paused.' }]);
    expect(layout['shapes']).toHaveLength(2);
  }
});

it('gives every value of a series as a table', async () => {
  train([5, 4], 3, { rows: [row(1, 1, 1)] });
  const reading = norm.table(store, { options: {} });
  await Promise.resolve();
  const { number } = wire.sent.at(-1) as RangeRequest;
  wire.deliver(
    { type: 'range', page: 'p', number, run: 'a', part: part({ name: 'gradient_norm' }) },
    [],
    [],
    [8, 7, 6]
  );
  const lines = csv(await reading)
    .join('')
    .split('\r\n');
  expect(lines[0]).toBe('epoch,step,gradient_norm,seconds,learning rate');
  expect(lines.slice(1, 6).map(one => one.split(',').slice(0, 3).join())).toEqual([
    '1,1,8',
    '1,2,7',
    '1,3,6',
    '2,4,5',
    '2,5,4'
  ]);
});

it('gives values at some steps as a table, those first that only the kernel has', async () => {
  store.takeSnapshot(
    snapshot('p', {
      run: state,
      progress: { ...progress, step: 100 },
      series: [part({ name: 'heat', sparse: true, width: 0, raw_start: 3 }), part()]
    }),
    [...[[], []].map(buffer), ...sparseBuffers([50, 60], [4, 5]), ...[[], [], []].map(buffer)]
  );
  const reading = heat.table(store, { options: {} });
  await Promise.resolve();
  const { number, start, stop } = wire.sent.at(-1) as RangeRequest;
  expect([start, stop]).toEqual([0, 51]);
  // One step has several values, of which the page holds the last.
  wire.deliverBuffers(
    {
      type: 'range',
      page: 'p',
      number,
      run: 'a',
      part: part({ name: 'heat', sparse: true, width: 0 })
    },
    sparseBuffers([7, 9, 50, 50], [1, 2, 3, 4])
  );
  const table = await reading;
  const rows = Array.from({ length: table.count }, (_, i) => table.row(i).slice(1, 3));
  expect(rows).toEqual([
    [8, 1],
    [10, 2],
    [51, 3],
    [51, 4],
    [61, 5]
  ]);
});

it('draws a metric of the epochs: training solid, validation dashed, the best one marked', () => {
  train([1], 0, { rows: [judged(1, 0.5, 0.4), judged(2, 0.7, 0.9), judged(3, 0.8, 0.6)] });
  const figure = drawn(accuracy, { options: { axis: 'epoch' } });
  const found = figure.traces.map(({ name, line: drawn }) => [name, drawn.dash]);
  expect(found).toEqual([
    ['training', 'solid'],
    ['validation', 'dash'],
    ['highest validation accuracy: 0.9000', 'solid']
  ]);
  expect(line(figure, 1)).toEqual([[1, 2, 3], [0.4, 0.9, 0.6].map(Math.fround)]);
  expect(line(figure, 2)[0]).toEqual([2]);
  expect(figure.summary).toBe(
    '3 epochs, last training accuracy 0.8000, validation accuracy 0.6000.'
  );
  expect(figure.ends.map(({ text }) => text)).toEqual(['training', 'validation']);
  expect(figure.key).toEqual(['★ highest validation accuracy: 0.9000']);
});

it('joins epochs with validation over those without', () => {
  train([1], 0, {
    rows: [judged(1, 0.5), judged(2, 0.7, 0.9), judged(3, 0.8), judged(4, 0.8, 0.6)]
  });
  const figure = drawn(accuracy, { options: { axis: 'epoch' } });
  expect(line(figure, 1)).toEqual([[2, 4], [0.9, 0.6].map(Math.fround)]);
});

it('lays earlier runs behind, and says nothing of the best where nobody knows', async () => {
  const before = {
    run: { ...run, id: 'b', name: 'run 0' },
    progress,
    last: 1,
    best: 1,
    rows: [judged(1, 0.2)]
  };
  train([1], 0, { rows: [judged(1, 0.5, 0.4)], earlier: [before] });
  const names = drawn(accuracy).traces.map(one => one.name);
  expect(names).toEqual([
    'run 1',
    'run 1, validation',
    'run 0',
    expect.stringContaining('highest')
  ]);
  const own = { ...row(1, 1, 1), metrics: { warmth: 3 } };
  train([1], 0, { rows: [own] });
  const warmth = epochChart({ id: 'w', title: () => 'warmth', name: 'warmth' });
  expect(drawn(warmth).traces.map(one => one.name)).toEqual(['training']);
  const { columns, row: of } = await warmth.table(store, { options: {} });
  expect([columns.at(-1), of(0).at(-1)]).toEqual(['warmth', 3]);
});

it('keeps the extremes of every metric of a long run', () => {
  const rows = Array.from({ length: 9000 }, (_, i) => ({
    ...judged(i + 1, i === 4321 ? 0.01 : 0.5, 0.5),
    first_step: i,
    steps: 1
  }));
  train([1], 0, { rows });
  expect(Math.min(...line(drawn(accuracy))[1])).toBe(Math.fround(0.01));
});

it('never lets a name be markup, or a part of a template', () => {
  const name = '<img src=x>%{x}';
  const hostile = seriesChart({ name, kind: 'step', unit: '<b>' });
  store.slices.on([`series:${name}`], () => undefined);
  store.takeSnapshot(
    snapshot('p', {
      run: state,
      progress: { ...progress, step: 1 },
      series: [part({ name }), part()]
    }),
    [[], [], [], [], [1], [], [], []].map(buffer)
  );
  const { traces, layout } = drawn(hostile, { pointed: true });
  expect(JSON.stringify([traces, layout])).not.toMatch(/<img|<b>/);
  expect(traces[0]?.hovertemplate).not.toContain('%{x}');
  expect(fileName('../<b> "x"', 'csv')).toBe('b-x.csv');
  expect(fileName('Memory (MB)', 'csv')).toBe('memory-mb.csv');
});

it('offers a chart of every series and metric, the accuracy first', () => {
  train([1], 0, {
    rows: [
      {
        ...judged(1, 0.5, 0.4),
        metrics: { loss: 1, digit_loss: 1, auc: 1, accuracy: 1, val_f1: 2 }
      }
    ]
  });
  const current = store.followed;
  const offered = [epochMetrics, stepSeries].map(family =>
    (current ? family.charts(current) : []).map(({ kind, suggested }) => [kind.title, suggested])
  );
  expect(offered).toEqual([
    [
      ['Accuracy', true],
      ['digit_loss', false],
      ['AUC', true],
      ['f1', true]
    ],
    [
      ['Loss, each step', false],
      ['Gradient norm', true],
      ['Accuracy, each step', false],
      ['heat', false],
      ['Memory (MB)', false]
    ]
  ]);
});

it('knows the metric before the first epoch has ended', () => {
  train([1]);
  const current = store.followed;
  expect(current && epochMetrics.charts(current).map(({ kind }) => kind.title)).toEqual([
    'Accuracy'
  ]);
});
