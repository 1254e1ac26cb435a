import { afterEach, beforeEach, expect, it } from 'vitest';
import { epochLoss } from '../../labextension/src/chart/epoch_loss';
import type { ChartKind, ChartView, Figure } from '../../labextension/src/chart/kind';
import { CHARTS } from '../../labextension/src/chart/list';
import { stepLoss } from '../../labextension/src/chart/step_loss';
import type { Range, RangeRequest } from '../../labextension/src/messages';
import { RunStore } from '../../labextension/src/store/run_store';
import { buffer, chartView, part as seriesPart, progress, row, run, snapshot } from './runs';
import { Wire } from './wire';

const view: ChartView = {
  ...chartView,
  options: { axis: 'step', epoch: '', smoothing: '0' },
  empty: 'Press Train.'
};

let wire: Wire;
let store: RunStore;

beforeEach(() => {
  wire = new Wire();
  store = new RunStore('p', wire);
});

afterEach(() => {
  store.dispose();
});

function train(steps: number[], more: Parameters<typeof snapshot>[1] = {}): void {
  const at = { ...progress, step: steps.length, seconds: 2 };
  store.takeSnapshot(snapshot('p', { progress: at, ...more }), [[], [], [], [], steps].map(buffer));
}

function drawn(kind: ChartKind, more: Partial<ChartView> = {}): Figure {
  return kind.figure(store, { ...view, ...more });
}

it('says before the first run what to do, and draws nothing', () => {
  for (const kind of CHARTS) {
    const { traces, layout, summary, points } = drawn(kind);
    expect([traces.length, summary, points]).toEqual([0, 'Press Train.', 0]);
    expect(layout['annotations']).toMatchObject([{ text: 'Press Train.' }]);
    // No numbers on axes that have none.
    expect(layout['xaxis']).toMatchObject({ showticklabels: false });
    expect(layout['yaxis']).toMatchObject({ showticklabels: false, showgrid: false });
  }
});

it('draws the steps of an epoch', () => {
  train([3, 2, 1]);
  const { traces, points, summary } = drawn(stepLoss);
  expect(Array.from(traces[0]?.x ?? [])).toEqual([1, 2, 3]);
  expect(Array.from(traces[0]?.y ?? [])).toEqual([3, 2, 1]);
  expect(points).toBe(3);
  expect(summary).toBe('3 steps of epoch 1, last loss 1.000.');
});

it('keeps what was zoomed to when the scale changes, and draws no more than that', () => {
  train(Array.from({ length: 3000 }, (_, i) => i));
  const zoom = [100, 110] as const;
  for (const logarithmic of [false, true]) {
    const { layout, traces } = drawn(stepLoss, { zoom, logarithmic });
    expect(layout['xaxis']).toMatchObject({ range: [100, 110] });
    expect(traces[0]?.x.length).toBeLessThan(20);
  }
  expect(drawn(stepLoss, { logarithmic: true }).traces[0]?.x.length).toBeGreaterThan(500);
});

it('draws all epochs of a long run in few points, beside a short one', () => {
  const rows = Array.from({ length: 4000 }, (_, i) => row(i + 1, i === 1234 ? 50 : 1, 1));
  const long = { run: { ...run, id: 'long', name: 'run 0' }, progress, last: 1, best: 1, rows };
  train([3, 2, 1], { rows: [row(1, 2, 3), row(2, 1, 2)], earlier: [long] });
  const { traces, layout } = drawn(epochLoss);
  const before = traces.find(one => one.name === 'run 0');
  expect(before?.x.length).toBeLessThan(2500);
  expect(Math.max(...Array.from(before?.y ?? [], Number))).toBe(50);
  expect(layout['xaxis']).not.toHaveProperty('dtick');
  expect((layout['xaxis'] as { range: number[] }).range[1]).toBeGreaterThan(4000);
});

it('says which loss is the lowest, for a batch has one, too', () => {
  train([3, 2, 1], { rows: [row(1, 2, 3), row(2, 1, 4)] });
  const names = drawn(epochLoss).traces.map(one => one.name);
  expect(names).toContain('lowest validation loss: 3.000');
  expect(names.some(one => one.startsWith('best'))).toBe(false);
});

it('never lets what a run is called be markup', () => {
  const before = { run: { ...run, id: 'b' }, progress, last: 1, best: 1, rows: [row(1, 1, 1)] };
  train([1], { run: { ...run, name: '<b>x' }, rows: [row(1, 1, 1)], earlier: [before] });
  expect(JSON.stringify(drawn(epochLoss).traces)).not.toContain('<b>');
});

it('keeps the unit of a time axis while somebody looks at a part of it', () => {
  train([1], { rows: [{ ...row(1, 1, 1), seconds: 170 }] });
  const timed = { options: { axis: 'time' } };
  expect(drawn(epochLoss, timed).unit).toBe('s');
  train([1], { rows: [{ ...row(1, 1, 1), seconds: 200 }] });
  expect(drawn(epochLoss, timed).unit).toBe('min');
  expect(drawn(epochLoss, { ...timed, zoom: [10, 20], unit: 's' }).unit).toBe('s');
});

it('gives every step for a copy, also those that only the kernel holds', async () => {
  const at = { ...progress, step: 300_000 };
  const series = [seriesPart({ width: 1024, buckets: 292, raw_start: 299_008 })];
  const few = new Array<number>(292).fill(1);
  const raw = Array.from({ length: 992 }, (_, i) => 299_008 + i);
  store.takeSnapshot(snapshot('p', { progress: at, series }), [[], [], few, few, raw].map(buffer));
  const reading = stepLoss.table(store, { options: {} });
  for (let part = 0; part < 2; part++) {
    await new Promise(resolve => setTimeout(resolve, 5));
    const { number, start, stop } = wire.sent.at(-1) as RangeRequest;
    const answer: Range = {
      type: 'range',
      page: 'p',
      number,
      run: 'a',
      part: seriesPart({ start, raw_start: start })
    };
    wire.deliver(
      answer,
      [],
      [],
      Array.from({ length: stop - start }, (_, i) => start + i)
    );
  }
  const { count, row: of, omitted } = await reading;
  expect([count, omitted]).toEqual([300_000, 0]);
  expect([0, 262_143, 262_144, 299_007, 299_999].map(i => of(i)[2])).toEqual([
    0, 262_143, 262_144, 299_007, 299_999
  ]);
  expect(of(299_999)[1]).toBe(300_000);
});

it('says how many epochs it does not hold', async () => {
  train([1], { rows: [row(1, 1, 1), row(500, 1, 1)] });
  expect(await epochLoss.table(store, { options: {} })).toMatchObject({ count: 2, omitted: 498 });
});
