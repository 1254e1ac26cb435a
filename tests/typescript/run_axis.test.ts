import { expect, it } from 'vitest';
import { RunAxis } from '../../labextension/src/chart/run_axis';
import { XAxis, type Axis } from '../../labextension/src/chart/time_unit';
import { RunData } from '../../labextension/src/store/run_data';
import { progress, row, run } from './runs';

/** Two epochs of three steps have ended and the third is under way; ten steps take a second. */
function going(): RunData {
  const data = new RunData(run, { ...progress, step: 8, epoch: 3, epoch_start: 6 });
  data.epochs.reset([row(1, 1, 1), row(2, 1, 1)]);
  data.times.reset(Float64Array.of(0, 8, 0, 0.8));
  return data;
}

function axis(counts: Axis, data = going()): RunAxis {
  return new RunAxis(data, new XAxis(counts, 1, null));
}

it('places steps among epochs, also those of one that has not ended', () => {
  const { place } = axis('epoch');
  expect([0, 3, 6, 7.5].map(step => place(step, false))).toEqual([0, 1, 2, 2.5]);
  const epochs = [0, 2, 3, 5, 6, 8].map(step => axis('epoch').epochOf(step));
  expect(epochs).toEqual([1, 1, 2, 2, 3, 3]);
});

it('places steps of a first epoch whose length nobody knows', () => {
  const data = new RunData({ ...run, steps_per_epoch: null }, { ...progress, step: 10 });
  expect(axis('epoch', data).place(5, false)).toBe(0.5);
});

it.each(['step', 'epoch', 'time'] as const)(
  'finds the steps of a part of an axis of %s',
  counts => {
    const one = axis(counts);
    const ends = [one.place(2, false), one.place(5, false)] as const;
    const { start, stop } = one.seen({ start: 0, stop: 8 }, ends);
    // The steps 2 to 5, and at most two on each side.
    expect([start <= 2, start >= 0, stop >= 5, stop <= 7]).toEqual([true, true, true, true]);
    expect(one.seen({ start: 3, stop: 6 }, null)).toEqual({ start: 3, stop: 6 });
  }
);
