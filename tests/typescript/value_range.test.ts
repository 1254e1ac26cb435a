import { expect, it } from 'vitest';
import { valueRange } from '../../labextension/src/chart/value_range';

function range(values: number[], logarithmic = false, everything = false): number[] {
  return [...valueRange([Float32Array.from(values)], logarithmic, everything).ends];
}

it('shows all values with a little room', () => {
  const [low = 0, high = 0] = range([1, 3, 2]);
  expect([low, high].map(one => Number(one.toFixed(6)))).toEqual([0.9, 3.1]);
  expect(range([2])).toEqual([1.8, 2.2]);
  expect(range([0])).toEqual([-0.5, 0.5]);
  expect(range([NaN, Infinity])).toEqual([0, 1]);
});

it.each([
  ['one value', [2, 1.5, 1, 0.8, 4e32]],
  ['several values of a run that diverges', [2, 1.5, 1, 0.8, 2, 1e6, 1e20, 4e32]],
  [
    'a tenth of all',
    [...new Array<number>(900).fill(1), ...Array.from({ length: 100 }, (_, i) => 10 ** (i / 3 + 4))]
  ]
])('leaves out what would flatten the rest: %s', (_, values) => {
  const { cut, ends } = valueRange([Float32Array.from(values)], false, false);
  expect(cut).toBeLessThanOrEqual(1e4);
  expect(ends[1]).toBeLessThan(2e4);
  expect(valueRange([Float32Array.from(values)], false, true)).toMatchObject({ cut: null });
  expect(range(values, false, true)[1]).toBeGreaterThan(1e30);
});

it('leaves out a run that diverges for a long time, but nothing of a rate that warms up', () => {
  const calm = Float32Array.from({ length: 12 }, (_, i) => 2 / (i + 1));
  const wild = Float32Array.from({ length: 12 }, (_, i) => (i < 7 ? 2 / (i + 1) : 1e30 * i));
  expect(valueRange([calm, wild], false, false)).toMatchObject({ cut: 2 });
  const warming = Float32Array.from({ length: 100 }, (_, i) => Math.min(1e-7 * 10 ** (i / 5), 0.1));
  expect(valueRange([warming], false, false).cut).toBeNull();
  // Zoomed to what is so great, one sees it.
  expect(valueRange([wild.subarray(7)], false, false).cut).toBeNull();
});

it('leaves nothing out of losses that fall by decades, nor below zero', () => {
  const falling = Array.from({ length: 500 }, (_, i) => 5 * 10 ** (-i / 50));
  expect(valueRange([Float32Array.from(falling)], false, false).cut).toBeNull();
  expect(valueRange([Float32Array.of(-5, -2000, 1)], false, false).cut).toBeNull();
});

it('offers a logarithmic scale where it helps and can be drawn', () => {
  const wide = (...values: number[]): boolean =>
    valueRange([Float32Array.from(values)], false, false).wide;
  expect(wide(5, 0.01)).toBe(true);
  expect(wide(5, 0.1)).toBe(false);
  expect(wide(5, 0.01, 0)).toBe(false);
  expect(valueRange([Float32Array.of(5, 0.01)], true, false).wide).toBe(false);
});

it('counts a logarithmic axis in powers of ten, of what is positive', () => {
  const [low = 0, high = 0] = range([100, 0.01, -3, 0], true);
  expect([low, high].map(one => Number(one.toFixed(6)))).toEqual([-2.2, 2.2]);
  expect(range([-1], true)).toEqual([-2, 0]);
});
