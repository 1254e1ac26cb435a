import { expect, it } from 'vitest';
import { roomy, wholeTicks } from '../../labextension/src/chart/axis_ticks';
import { seriesLayout } from '../../labextension/src/chart/traces';

const theme = { text: '', faint: '', grid: '', background: '', font: '' };

function axis(range: [number, number], columns = 600): Record<string, unknown> {
  const layout = seriesLayout(theme, {
    empty: false,
    summary: '',
    legend: false,
    unit: 'epoch',
    logarithmic: false,
    continuous: false,
    lines: 2,
    range,
    ticks: wholeTicks(...range, columns),
    height: null,
    revision: 1
  });
  return layout['xaxis'] as Record<string, unknown>;
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
  const found = axis(roomy(from, to));
  // A distance, unlike a list, also holds for whatever is zoomed to later.
  expect(found['dtick']).toBeUndefined();
  expect(((found['tickvals'] as number[] | undefined) ?? []).length).toBeLessThanOrEqual(12);
});

it('labels whole numbers where there are few, none twice and none before the first', () => {
  expect(wholeTicks(...roomy(1, 3), 600)).toEqual([1, 2, 3]);
  expect(wholeTicks(...roomy(1, 1), 600)).toEqual([1]);
  expect(wholeTicks(...roomy(1, 40), 600)).toEqual([5, 10, 15, 20, 25, 30, 35, 40]);
  expect(wholeTicks(-3, 4, 600)).toEqual([0, 1, 2, 3, 4]);
  expect(wholeTicks(1.2, 1.8, 600)).toEqual([]);
  expect(wholeTicks(1, 6000, 600)).toBeUndefined();
  expect(axis(roomy(1, 60))['minallowed']).toBe(0);
});

it('leaves room at the ends, but none below zero', () => {
  expect(roomy(0, 100)).toEqual([0, 102]);
  expect(roomy(1, 1)).toEqual([0.5, 1.5]);
  expect(roomy(-1, 1)[0]).toBeLessThan(-1);
});
