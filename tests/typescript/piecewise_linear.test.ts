import { expect, it } from 'vitest';
import { PiecewiseLinear } from '../../labextension/src/series/piecewise_linear';

/** 0 to 10 s over 100 steps, a pause of 5 s, then 100 steps in 20 s. */
function runTimes(): PiecewiseLinear {
  const made = new PiecewiseLinear();
  made.reset(Float64Array.of(0, 100, 100, 200, 0, 10, 15, 35));
  return made;
}

it('is linear between its knots, and has two values where it jumps', () => {
  const times = runTimes();
  expect([0, 50, 100, 150, 200].map(step => times.at(step))).toEqual([0, 5, 10, 25, 35]);
  expect([0, 50, 100, 150, 200].map(step => times.at(step, true))).toEqual([0, 5, 15, 25, 35]);
  expect([-5, 300].map(step => times.at(step))).toEqual([0, 35]);
});

it('finds the step of a time, and the end of a pause as its beginning', () => {
  const times = runTimes();
  expect([0, 5, 10, 12, 15, 25, 99].map(seconds => times.stepAt(seconds))).toEqual([
    0, 50, 100, 100, 100, 150, 200
  ]);
});

it('knows nothing before the first knot', () => {
  expect(new PiecewiseLinear().at(3)).toBeNaN();
});

it('goes on to the point that it was extended to, until a knot comes', () => {
  const times = runTimes();
  times.extend(300, 45);
  expect([times.at(250), times.at(300), times.at(400), times.stepAt(40)]).toEqual([
    40, 45, 45, 250
  ]);
  times.append([[400, 55]]);
  expect(times.at(300)).toBe(45);
  times.extend(350, 50);
  expect(times.at(400)).toBe(55);
});

it('leaves out knots that it has already', () => {
  const times = runTimes();
  times.append([
    [100, 10],
    [100, 15],
    [200, 35],
    [200, 36],
    [300, 40]
  ]);
  expect(times.length).toBe(6);
  expect([times.at(200), times.at(200, true), times.at(250)]).toEqual([35, 36, 38]);
});
