import { expect, it } from 'vitest';
import { StepSeries } from '../../labextension/src/series/step_series';

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

it('keeps a spike of one step when it has to hold fewer values', () => {
  const series = new StepSeries();
  const losses = new Float32Array(500_000).fill(0.5);
  losses[1234] = 42;
  series.append(0, losses);
  series.fold();
  expect(series.held).toBeLessThan(251_000);
  expect(series.length).toBe(500_000);
  expect(Math.max(...series.line(0, series.length, 500).y)).toBe(42);
  expect(series.append(500_000, Float32Array.of(1))).toBe(true);
  const held = series.held;
  new StepSeries().fold();
  expect(series.held).toBe(held);
});
