import { expect, it } from 'vitest';
import { csv, rowsDone } from '../../labextension/src/chart/save';
import { smooth } from '../../labextension/src/series/smoothing';
import { bandTrace, escapeText, lineTrace } from '../../labextension/src/chart/traces';

it('smooths as the definition says, without a bias at the start', () => {
  const values = Float32Array.of(4, 2, 8);
  expect([...smooth(values, 0)]).toEqual([4, 2, 8]);
  // Weights of the past: 0.5, so the second is (0.25 * 4 + 0.5 * 2) / 0.75.
  const smoothed = smooth(values, 0.5);
  expect(smoothed[0]).toBe(4);
  expect(smoothed[1]).toBeCloseTo(2 / 0.75, 5);
  expect(smoothed[2]).toBeCloseTo((0.125 * 4 + 0.25 * 2 + 0.5 * 8) / 0.875, 5);
});

it('leaves what is no number out of the smoothing', () => {
  const smoothed = smooth(Float32Array.of(1, NaN, 1, Infinity, 1), 0.9);
  expect([...smoothed].map(value => Number(value.toFixed(5)))).toEqual([1, NaN, 1, Infinity, 1]);
});

it('keeps what people called a run out of the markup', () => {
  expect(escapeText('<img src=x onerror=alert(1)> & co')).toBe(
    '&lt;img src=x onerror=alert(1)&gt; &amp; co'
  );
  const line = { x: Float64Array.of(1), y: Float32Array.of(2), name: '<b>', colour: '#0072b2' };
  expect(lineTrace(line, 'step').name).toBe('&lt;b&gt;');
});

it('draws a band along its edges and leaves gaps out', () => {
  const trace = bandTrace({
    x: Float64Array.of(1, 2, 3),
    low: Float32Array.of(1, NaN, 3),
    high: Float32Array.of(4, 5, 6),
    name: 'band',
    colour: '#0072b2'
  });
  expect(Array.from(trace.x)).toEqual([1, 3, 3, 1]);
  expect(Array.from(trace.y)).toEqual([1, 3, 6, 4]);
});

it('writes values with commas, quotes and line breaks as CSV says', () => {
  const rows = [
    ['a,b', 1],
    ['say "x"', NaN],
    ['two\nlines', 0.5]
  ];
  const table = {
    columns: ['run', 'loss'],
    count: 3,
    row: (i: number) => rows[i] ?? [],
    omitted: 0
  };
  expect(csv(table).join('')).toBe(
    'run,loss\r\n"a,b",1\r\n"say ""x""",NaN\r\n"two\nlines",0.5\r\n'
  );
});

it('says how many rows it has copied, and of how many', () => {
  const table = { columns: ['x'], count: 25_000, row: (i: number) => [i], omitted: 0 };
  expect(csv(table).join('').split('\r\n')).toHaveLength(25_002);
  expect(rowsDone(table, 'copied')).toBe('25,000 rows copied.');
  expect(rowsDone({ ...table, omitted: 5000 }, 'copied')).toContain('25,000 of 30,000 rows copied');
});
