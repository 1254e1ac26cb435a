import { expect, it } from 'vitest';
import { lineEnds } from '../../labextension/src/chart/line_ends';
import type { ChartLine } from '../../labextension/src/chart/chart_spec';
import { plotArea } from '../../labextension/src/chart/plot_area';

const area = plotArea(600, 248);

function line(end: string, ...values: number[]): ChartLine {
  return {
    x: Float64Array.from(values, (_, i) => i),
    y: Float32Array.from(values),
    name: end,
    end,
    colour: '#000000'
  };
}

function ends(lines: ChartLine[]): ReturnType<typeof lineEnds> {
  return lineEnds(lines, area, [0, 10], [0, 1], false);
}

it('names a line where it ends', () => {
  const [end] = ends([line('run 1', 1, 0.5, 0.25)]);
  expect(end).toMatchObject({ text: 'run 1', y: 0.75 * area.height, textY: 0.75 * area.height });
  expect(end?.x).toBeCloseTo(0.2 * area.width);
});

it('spreads names that would lie over each other, and keeps them in the plot', () => {
  const close = ends([line('a', 0, 0.5), line('b', 0, 0.51), line('c', 0, 0.49)]);
  const heights = close.map(({ textY }) => textY).sort((a, b) => a - b);
  expect(heights).toHaveLength(3);
  heights.slice(1).forEach((one, i) => {
    expect(one - (heights[i] ?? 0)).toBeGreaterThanOrEqual(14.9);
  });
  // The upper line keeps the upper name.
  const [a, b] = close;
  expect(b?.textY).toBeLessThan(a?.textY ?? 0);
  const corner = ends([line('a', 0, 0), line('b', 0, 0)]);
  expect(Math.max(...corner.map(({ textY }) => textY))).toBeLessThan(area.height);
});

it('drops the last names where there is no room', () => {
  const many = Array.from({ length: 40 }, (_, i) => line(`run ${i}`, 0, 0.5));
  const named = ends(many).map(({ text }) => text);
  expect(named.length).toBeLessThanOrEqual(6);
  expect(named).toContain('run 0');
});

it('shortens what does not fit beside the plot, and names nothing that is not seen', () => {
  const [end] = lineEnds([line('a very long name of a run', 0, 0.5)], area, [0, 1], [0, 1], false);
  expect(end?.text).toMatch(/^a very long.*…$/);
  expect(ends([line('above', 0, 7)])).toEqual([]);
  expect(lineEnds([line('left', 0, 0.5)], area, [5, 9], [0, 1], false)).toEqual([]);
  const [last] = ends([line('gap', 0.3, 0.4, NaN)]);
  expect(last?.x).toBeCloseTo(0.1 * area.width);
});
