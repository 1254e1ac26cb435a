import { expect, it } from 'vitest';
import { MOST_RAW, StepSeries } from '../../labextension/src/chart/step_series';

const none = {
  start: 0,
  width: 1,
  minimum: new Float32Array(0),
  maximum: new Float32Array(0)
};

it('appends, and refuses what does not continue it', () => {
  const series = new StepSeries();
  expect(series.append(0, Float32Array.of(3, 2))).toBe(true);
  expect(series.append(3, Float32Array.of(9))).toBe(false);
  expect(series.append(1, Float32Array.of(9))).toBe(false);
  expect(series.append(2, Float32Array.of(1))).toBe(true);
  expect(series.length).toBe(3);
  expect(series.last).toBe(1);
  expect([...series.line(0, 3, 100).y]).toEqual([3, 2, 1]);
  expect([...series.line(1, 2, 100).x]).toEqual([1]);
});

it('continues a snapshot of extremes and raw values', () => {
  const series = new StepSeries();
  const old = {
    start: 100,
    width: 16,
    minimum: Float32Array.of(1, 0.5),
    maximum: Float32Array.of(4, 5)
  };
  series.reset(old, 132, Float32Array.of(7, 8));
  expect(series.length).toBe(134);
  expect(series.append(134, Float32Array.of(9))).toBe(true);
  expect([...series.line(100, 135, 100).y]).toEqual([1, 4, 0.5, 5, 7, 8, 9]);
  expect([...series.line(132, 135, 100).y]).toEqual([7, 8, 9]);
  expect([series.begin, series.rawStart]).toEqual([100, 132]);
  expect([...series.raw(130, 134)]).toEqual([7, 8]);
  expect([series.widest(100, 140), series.widest(132, 140)]).toEqual([16, 0]);
  series.reset(none, 0, new Float32Array(0));
  expect(series.length).toBe(0);
});

it('stays bounded and keeps a spike of one step through folding', () => {
  const series = new StepSeries();
  const piece = new Float32Array(500_000).fill(0.5);
  for (let i = 0; i < 12; i++) {
    const losses = piece.slice();
    if (i === 0) {
      losses[1234] = 42;
    }
    expect(series.append(i * piece.length, losses)).toBe(true);
  }
  expect(series.length).toBe(12 * piece.length);
  expect(series.length).toBeGreaterThan(MOST_RAW);
  expect(Math.max(...series.line(0, series.length, 500).y)).toBe(42);
  const bytes = (series as unknown as { _raw: Float32Array })._raw.length;
  expect(bytes).toBeLessThanOrEqual(2 * MOST_RAW + piece.length);
});
