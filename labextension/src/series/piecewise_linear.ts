/**
 * A number that goes along with the steps of a run, such as the time, as straight lines between
 * knots. The page's side of lossviz/series/piecewise_linear.py.
 */

import { lowerBound, upperBound } from './search';

export class PiecewiseLinear {
  private _steps: number[] = [];
  private _values: number[] = [];
  private _end: readonly [number, number] | undefined;

  /** How many knots there are. */
  get length(): number {
    return this._steps.length;
  }

  /** Start over with knots: first the numbers of steps taken, then as many values. */
  reset(knots: Float64Array): void {
    const count = knots.length / 2;
    this._steps = Array.from(knots.subarray(0, count));
    this._values = Array.from(knots.subarray(count));
    this._end = undefined;
  }

  /** Add knots, each a number of steps taken and a value; those that are there are left out. */
  append(knots: readonly number[][]): void {
    for (const [step = 0, value = NaN] of knots) {
      const last = this._steps.length - 1;
      const known = this._steps[last] ?? -Infinity;
      if (step > known || (step === known && value !== this._values[last])) {
        this._steps.push(step);
        this._values.push(value);
      }
    }
  }

  /** After the last knot the line goes on to this point. */
  extend(step: number, value: number): void {
    this._end = [step, value];
  }

  /**
   * The value after so many steps; NaN where nothing is known.
   *
   * @param later where the line jumps, the value after the jump instead of the one before.
   */
  at(step: number, later = false): number {
    const right = later ? upperBound(this._steps, step) : lowerBound(this._steps, step);
    return this._between(this._steps, this._values, right, step, false);
  }

  /** The number of steps at which a value that never falls is reached. */
  stepAt(value: number): number {
    return this._between(this._values, this._steps, lowerBound(this._values, value), value, true);
  }

  private _between(
    from: number[],
    to: number[],
    right: number,
    x: number,
    swapped: boolean
  ): number {
    const left = Math.max(right - 1, 0);
    const a = [from[left], to[left]];
    const last = right >= from.length;
    const end = this._end && last ? this._end : undefined;
    const beyond = end && (swapped ? [end[1], end[0]] : end);
    const b = last ? (beyond ?? a) : [from[right], to[right]];
    const [ax = NaN, ay = NaN] = a;
    const [bx = NaN, by = NaN] = b;
    if (bx === x && !(right === left)) {
      return by;
    }
    const share = bx > ax ? Math.min(Math.max((x - ax) / (bx - ax), 0), 1) : 0;
    return ay + share * (by - ay);
  }
}
