import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Append, RunState } from '../../labextension/src/messages';
import { RunStore } from '../../labextension/src/store/run_store';
import { SparseSteps } from '../../labextension/src/store/sparse_steps';
import type { RangeRequest } from '../../labextension/src/messages';
import { buffer, part, progress, run, snapshot } from './runs';
import { places, sparseBuffers } from './sparse';
import { Wire } from './wire';

const logging: RunState = {
  ...run,
  series: [...run.series, { name: 'heat', kind: 'logged', unit: '' }]
};

let wire: Wire;
let store: RunStore;
let stop: () => void;

beforeEach(() => {
  wire = new Wire();
  store = new RunStore('p', wire);
  stop = store.slices.on(['series:heat'], () => undefined);
});

afterEach(() => {
  stop();
  store.dispose();
});

const heat = part({ name: 'heat', width: 0, sparse: true });

function begin(steps: number[], values: number[]): void {
  store.takeSnapshot(
    snapshot('p', { run: logging, series: [heat, part()], progress: { ...progress, step: 500 } }),
    [buffer([]), buffer([]), ...sparseBuffers(steps, values), ...[[], [], [3, 2]].map(buffer)]
  );
}

function append(start: number, steps: number[], values: number[]): boolean {
  const series = [
    { name: 'heat', start, sparse: true },
    { name: 'loss', start: 2 }
  ];
  const message: Append = { type: 'append', run: 'a', sequence: 5, progress, series };
  return store.takeAppend(message, [buffer(values), places(steps), buffer([1])]);
}

function held(): number[][] {
  const { steps, values } = store.followed?.sparse('heat').points(0, Infinity) ?? {};
  return [[...(steps ?? [])], [...(values ?? [])]];
}

it('takes values at some steps, and what is logged later', () => {
  begin([4, 9], [20, 21]);
  expect(store.followed?.isSparse('heat')).toBe(true);
  expect(append(2, [9, 12], [22, 23])).toBe(true);
  expect(held()).toEqual([
    [4, 9, 9, 12],
    [20, 21, 22, 23]
  ]);
  expect(store.followed?.series('loss').length).toBe(3);
});

it('takes the first values of a series that began after the snapshot', () => {
  store.takeSnapshot(snapshot('p', { run: logging }), [[], [], [], [], [3, 2]].map(buffer));
  expect(append(0, [7], [20])).toBe(true);
  expect(held()).toEqual([[7], [20]]);
});

it('changes nothing where values are missing', () => {
  begin([4, 9], [20, 21]);
  expect(append(3, [12], [23])).toBe(false);
  expect(held()[0]).toEqual([4, 9]);
  expect(store.followed?.series('loss').length).toBe(2);
});

it('passes over values that nobody looks at, and lets go of those that were', () => {
  begin([4], [20]);
  stop();
  expect(append(99, [12], [23])).toBe(true);
  expect(store.followed?.series('loss').length).toBe(3);
  begin([4, 5], [20, 21]);
  expect(store.followed?.sparse('heat').length).toBe(0);
});

it('asks the kernel for values that it has as extremes only, and puts its own behind', () => {
  const [low, high] = [Array.from({ length: 10 }, () => 1), Array.from({ length: 10 }, () => 2)];
  store.takeSnapshot(
    snapshot('p', {
      run: logging,
      progress: { ...progress, step: 50_000 },
      series: [{ ...heat, buckets: 10, raw_start: 10_000 }, part()]
    }),
    [
      ...[[], [], low, high, [7, 8]].map(buffer),
      places(low.map((_, i) => 1000 * i)),
      places([10_000, 10_001]),
      ...[[], [], []].map(buffer)
    ]
  );
  const run = store.followed;
  if (!run) {
    throw new Error('There is a run.');
  }
  const lines = new SparseSteps(run, 'heat', store.ranges);
  const shown = { start: 9990, stop: 10_002 };
  expect([...lines.line(shown, 500).y]).toEqual([1, 2, 7, 8]);
  const { number, start, stop: until } = wire.sent.at(-1) as RangeRequest;
  expect([start, until]).toEqual([9990, 10_001]);
  wire.deliverBuffers(
    { type: 'range', page: 'p', number, run: 'a', part: { ...heat, raw_start: 9998 } },
    sparseBuffers([9990, 9995, 10_000], [5, 6, 7])
  );
  const { x, y } = lines.line(shown, 500);
  expect([[...x], [...y]]).toEqual([
    [9990, 9995, 10_000, 10_001],
    [5, 6, 7, 8]
  ]);
  // What lies behind the extremes it has itself.
  const asked = wire.sent.length;
  expect([...lines.line({ start: 10_001, stop: 10_002 }, 500).y]).toEqual([7, 8]);
  expect(wire.sent).toHaveLength(asked);
  // Smoothed by the kernel, from so far back that nothing before weighs.
  lines.smoothed(0, shown, 500, 0.9);
  expect(wire.sent.at(-1)).toMatchObject({ start: 4000, stop: 10_002, smoothing: 0.9 });
});

it('smoothes what it holds by itself, over values and not over steps', () => {
  begin([10, 20, 400], [4, 2, 8]);
  const run = store.followed;
  const lines = run && new SparseSteps(run, 'heat', store.ranges);
  const line = lines?.smoothed(0, { start: 15, stop: 500 }, 100, 0.5);
  expect([...(line?.x ?? [])]).toEqual([20, 400]);
  expect(line?.y[0]).toBeCloseTo(2 / 0.75, 5);
  expect(wire.sent).toHaveLength(0);
});
