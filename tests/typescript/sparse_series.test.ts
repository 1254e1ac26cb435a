import { expect, it } from 'vitest';
import { SparseSeries } from '../../labextension/src/series/sparse_series';
import { buckets } from './sparse';

const steps = (...all: number[]): Float64Array => Float64Array.from(all);
const values = (...all: number[]): Float32Array => Float32Array.from(all);

function logged(count: number, every = 10): SparseSeries {
  const series = new SparseSeries();
  series.append(
    0,
    Float64Array.from({ length: count }, (_, i) => every * i),
    Float32Array.from({ length: count }, () => 0.5)
  );
  return series;
}

it('appends, and refuses what does not continue it', () => {
  const series = new SparseSeries();
  expect(series.append(0, steps(0, 10), values(3, 2))).toBe(true);
  expect(series.append(3, steps(20), values(9))).toBe(false);
  expect(series.append(2, steps(10, 23), values(7, 1))).toBe(true);
  expect([series.length, series.last]).toEqual([4, 1]);
  const { x, y } = series.line(0, 100, 100);
  expect([[...x], [...y]]).toEqual([
    [0, 10, 10, 23],
    [3, 2, 7, 1]
  ]);
  // With a neighbour on each side, for a view that shows no value itself.
  expect([...series.line(11, 12, 100).y]).toEqual([7, 1]);
  expect([...series.points(10, 23).values]).toEqual([2, 7]);
});

it('continues a snapshot of extremes and values', () => {
  const series = new SparseSeries();
  series.reset({
    ...buckets([0, 100], [1, 2], [5, 6]),
    rawStart: 8,
    steps: steps(200),
    raw: values(3)
  });
  expect(series.append(9, steps(210), values(4))).toBe(true);
  expect([series.length, series.rawStart, series.rawStep]).toEqual([10, 8, 200]);
  expect([...series.line(0, 300, 100).y]).toEqual([1, 5, 2, 6, 3, 4]);
  // Of what lies in buckets only those that may reach into it.
  expect([...series.line(150, 300, 100).y]).toEqual([2, 6, 3, 4]);
  expect([...series.line(201, 300, 100).y]).toEqual([3, 4]);
  expect([series.widest(0, 300), series.count(0, 300), series.count(101, 205)]).toEqual([4, 10, 5]);
  expect([series.stepBack(210, 1), series.stepBack(210, 4), series.stepBack(210, 99)]).toEqual([
    200, 100, 0
  ]);
});

it('leaves a gap where a value is no number', () => {
  const series = new SparseSeries();
  series.append(0, steps(1, 2, 3), values(1, NaN, 2));
  expect([...series.line(0, 9, 100).y]).toEqual([1, NaN, 2]);
});

it('keeps a spike of one value when it has to hold fewer, and its place', () => {
  const series = logged(100_000);
  series.points(12_340, 12_341).values[0] = 42;
  series.fold();
  expect(series.held).toBeLessThan(3 * 51_000);
  expect(series.length).toBe(100_000);
  const { x, y } = series.line(0, 1e6, 500);
  expect(Math.max(...y)).toBe(42);
  expect(Math.abs((x[y.indexOf(42)] as number) - 12_340)).toBeLessThanOrEqual(10 * 1024);
  expect(y.length).toBeLessThan(4000);
  expect(series.append(100_000, steps(1e6), values(1))).toBe(true);
  const { held } = series;
  new SparseSeries().fold();
  expect(series.held).toBe(held);
});

it('never loses a spike, however few columns there are', () => {
  let seed = 7;
  const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
  for (let round = 0; round < 50; round++) {
    const count = Math.ceil(random() * 20_000);
    const series = logged(count, Math.ceil(random() * 50));
    const spike = Math.floor(random() * count);
    const place = series.points(0, Infinity);
    place.values[spike] = 99;
    const at = place.steps[spike] as number;
    const columns = Math.ceil(random() * 800);
    const { x, y } = series.line(0, Infinity, columns);
    expect(x[y.indexOf(99)]).toBe(at);
    expect(y.length).toBeLessThanOrEqual(4 * columns + 8);
  }
});
