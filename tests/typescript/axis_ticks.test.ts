import { expect, it } from 'vitest';
import { roomy, wholeTicks } from '../../labextension/src/chart/axis_ticks';
import type { ChartSpec } from '../../labextension/src/chart/chart_spec';
import { lineFigure } from '../../labextension/src/chart/line_figure';
import { chartView } from './runs';

/** The axis below a line from one place to another, as Plotly is told of it. */
function axis(from: number, to: number, zoom: [number, number] | null = null): object {
  const line = { x: Float64Array.of(from, to), y: Float32Array.of(1, 0), name: '', colour: '#000' };
  const spec: ChartSpec = { lines: [line], points: 2, unit: 'epoch', summary: '' };
  return lineFigure(spec, { ...chartView, zoom }).layout['xaxis'] as object;
}

it.each([
  [1, 2],
  [1, 5],
  [1, 49],
  [3000, 3004],
  [1, 1000],
  [1, 6000],
  [1, 1e7]
])('never asks for more labels than there is room for, from %s to %s', (from, to) => {
  const found = axis(from, to) as { dtick?: number; tickvals?: number[] };
  // A distance, unlike a list, also holds for whatever is zoomed to later.
  expect(found.dtick).toBeUndefined();
  expect((found.tickvals ?? []).length).toBeLessThanOrEqual(12);
});

it('labels whole numbers where there are few, none twice and none before the first', () => {
  expect(wholeTicks(...roomy(1, 3), 600)).toEqual([1, 2, 3]);
  expect(wholeTicks(...roomy(1, 1), 600)).toEqual([1]);
  expect(wholeTicks(...roomy(1, 40), 600)).toEqual([5, 10, 15, 20, 25, 30, 35, 40]);
  expect(wholeTicks(-3, 4, 600)).toEqual([0, 1, 2, 3, 4]);
  expect(wholeTicks(1.2, 1.8, 600)).toEqual([]);
  expect(wholeTicks(1, 6000, 600)).toBeUndefined();
  expect(axis(1, 60)).toMatchObject({ minallowed: 0, autorange: false, tickmode: 'auto' });
  expect(axis(1, 6000, [10, 13])).toMatchObject({ range: [10, 13], tickvals: [10, 11, 12, 13] });
});

it('leaves room at the ends, but none below zero', () => {
  expect(roomy(0, 100)).toEqual([0, 102]);
  expect(roomy(1, 1)).toEqual([0.5, 1.5]);
  expect(roomy(-1, 1)[0]).toBeLessThan(-1);
});
