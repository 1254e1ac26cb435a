import { describe, expect, it } from 'vitest';
import { bucketLine, decimate, join } from '../../labextension/src/series/decimate';

/** A seeded stream of numbers between 0 and 1 (mulberry32). */
function stream(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe('decimate', () => {
  it('gives few values as they are', () => {
    const line = decimate(Float32Array.of(3, 1, 2), 10, 100);
    expect([...line.x]).toEqual([10, 11, 12]);
    expect([...line.y]).toEqual([3, 1, 2]);
  });

  it('is bounded and keeps every extreme, whatever the values', () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = stream(seed);
      const count = Math.floor(random() * 20_000);
      const columns = 50 + Math.floor(random() * 400);
      const first = Math.floor(random() * 10_000);
      const values = Float32Array.from({ length: count }, () => random() - 0.5);
      if (count) {
        values[Math.floor(random() * count)] = 1000;
        values[Math.floor(random() * count)] = -1000;
      }
      const line = decimate(values, first, columns);
      expect(line.x.length).toBe(line.y.length);
      expect(line.x.length).toBeLessThanOrEqual(4 * columns + 4);
      expect(Math.max(...line.y)).toBe(Math.max(...values));
      expect(Math.min(...line.y)).toBe(Math.min(...values));
      line.x.forEach((x, i) => {
        expect(line.y[i]).toBe(values[x - first]);
        expect(x).toBeGreaterThan(i ? (line.x[i - 1] as number) : -1);
      });
    }
  });

  it('keeps its shape when values arrive', () => {
    const random = stream(7);
    const values = Float32Array.from({ length: 5000 }, random);
    const before = decimate(values.subarray(0, 4500), 0, 500);
    const after = decimate(values, 0, 500);
    const shared = before.x.filter(x => x < 4480);
    expect([...after.x.slice(0, shared.length)]).toEqual([...shared]);
  });

  it('keeps gaps where the loss was no number', () => {
    const values = new Float32Array(5000).fill(1);
    values[1234] = NaN;
    values[4321] = Infinity;
    const line = decimate(values, 0, 100);
    const gaps = [...line.x].filter((_, i) => Number.isNaN(line.y[i]));
    expect(gaps).toEqual([1234, 4321]);
  });
});

it('draws both extremes of each bucket and joins lines', () => {
  const old = bucketLine({
    start: 32,
    width: 16,
    minimum: Float32Array.of(1, 2),
    maximum: Float32Array.of(5, 6)
  });
  expect([...old.x]).toEqual([32, 40, 48, 56]);
  expect([...old.y]).toEqual([1, 5, 2, 6]);
  expect([...join(old, { x: Float64Array.of(64), y: Float32Array.of(3) }).y]).toEqual([
    1, 5, 2, 6, 3
  ]);
});

it('draws no more buckets than a plot can show, and not one extreme is lost', () => {
  const random = stream(11);
  for (let round = 0; round < 60; round++) {
    const count = 1 + Math.floor(random() * 5000);
    const width = 2 ** Math.floor(random() * 6);
    const start = width * Math.floor(random() * 100);
    const minimum = Float32Array.from({ length: count }, () => random());
    const maximum = minimum.map(one => one + random());
    const [spike, gap] = [Math.floor(random() * count), Math.floor(random() * count)];
    minimum[gap] = maximum[gap] = NaN;
    maximum[spike] = 99;
    const columns = 1 + Math.floor(random() * 800);
    const { x, y } = bucketLine({ start, width, minimum, maximum }, columns);
    expect(y.length).toBeLessThanOrEqual(4 * columns + 2);
    const place = x[y.indexOf(99)] as number;
    // Within a pixel, or in its bucket.
    const wide = Math.max(width, (width * count) / columns);
    expect(Math.abs(place - (start + spike * width))).toBeLessThanOrEqual(wide);
    expect(x[0]).toBe(start);
    expect([...x].every((one, i) => i === 0 || one >= (x[i - 1] as number))).toBe(true);
    // As more arrive, what was drawn of whole groups stays as it was.
    const less = bucketLine(
      { start, width, minimum: minimum.slice(0, -1), maximum: maximum.slice(0, -1) },
      columns
    );
    if (less.y.length === y.length) {
      expect([...less.y.slice(0, -2)]).toEqual([...y.slice(0, -2)]);
    }
  }
});
