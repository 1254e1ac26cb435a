/**
 * Where the steps of a run lie on a chart's x axis, and which steps lie there.
 */

import { lowerBound } from '../series/search';
import { PiecewiseLinear } from '../series/piecewise_linear';
import type { EpochRow } from '../messages';
import type { Steps } from '../store/resolution';
import type { RunData } from '../store/run_data';
import type { Place } from './event_marks';
import type { Ends } from './kind';
import type { XAxis } from './time_unit';

export class RunAxis {
  private _ends: number[] | undefined;
  private _ownTimes: PiecewiseLinear | undefined;

  /**
   * @param _run whose steps they are.
   * @param x what the axis counts.
   * @param _start steps count from this one; times from `_began`, in seconds.
   */
  constructor(
    private readonly _run: RunData,
    readonly x: XAxis,
    private readonly _start = 0,
    private readonly _began = 0
  ) {}

  /** Where the moment after so many steps lies. */
  place: Place = (taken, later) => {
    switch (this.x.axis) {
      case 'step':
        return taken - this._start;
      case 'time':
        return this.x.of(this._times.at(taken, later) - this._began);
      case 'epoch': {
        const { epoch, first, steps } = this._epoch(this._row(taken));
        return epoch - 1 + (taken - first) / steps;
      }
    }
  };

  /** Where an epoch's means stand: at its end. Times count from the start of their own run. */
  placeRow(row: EpochRow): number {
    switch (this.x.axis) {
      case 'step':
        return row.first_step + row.steps;
      case 'time':
        return this.x.of(row.seconds ?? NaN);
      case 'epoch':
        return row.epoch;
    }
  }

  /** In which epoch the step with this index lies. */
  epochOf(step: number): number {
    const { epoch, first, steps } = this._epoch(this._row(step + 1));
    return epoch + Math.floor((step - first) / steps);
  }

  /** Of these steps those that a view shows, and one on each side. */
  seen({ start, stop }: Steps, zoom: Ends | null): Steps {
    if (!zoom) {
      return { start, stop };
    }
    const [low, high] = zoom.map(x => this.stepAt(x));
    const first = Math.max(start, Math.floor(low ?? start) - 2);
    return {
      start: Math.min(first, stop),
      stop: Math.min(stop, Math.max(first, Math.ceil(high ?? stop) + 1))
    };
  }

  /** How many steps had been taken where this x is. */
  stepAt(x: number): number {
    switch (this.x.axis) {
      case 'step':
        return this._start + x;
      case 'time':
        return this._times.stepAt(this._began + this.x.seconds(x));
      case 'epoch': {
        const rows = this._run.epochs.all;
        const index = rows.findIndex(row => x <= row.epoch);
        const { epoch, first, steps } = this._epoch(index < 0 ? rows.length : index);
        return first + (x - epoch + 1) * steps;
      }
    }
  }

  /** Of a run before the one that is followed, the page knows when its epochs ended. */
  private get _times(): PiecewiseLinear {
    if (this._run.times.length > 0) {
      return this._run.times;
    }
    if (!this._ownTimes) {
      this._ownTimes = new PiecewiseLinear();
      const { epochs, progress } = this._run;
      const rows = epochs.all.filter(row => row.seconds !== null);
      this._ownTimes.append([
        [0, 0],
        ...rows.map(row => [row.first_step + row.steps, row.seconds as number])
      ]);
      this._ownTimes.extend(progress.step, progress.seconds);
    }
    return this._ownTimes;
  }

  /** The index of the row whose epoch holds the last of so many steps taken. */
  private _row(taken: number): number {
    this._ends ??= this._run.epochs.all.map(row => row.first_step + row.steps);
    return lowerBound(this._ends, taken);
  }

  /** An epoch that has a row, or the one after them all, as long as one can expect. */
  private _epoch(index: number): { epoch: number; first: number; steps: number } {
    const { state, epochs, progress } = this._run;
    const row = epochs.all[index];
    if (row) {
      return { epoch: row.epoch, first: row.first_step, steps: Math.max(row.steps, 1) };
    }
    const last = epochs.all.at(-1);
    const first = last ? last.first_step + last.steps : 0;
    const steps = state.steps_per_epoch ?? last?.steps ?? progress.step - first;
    return { epoch: (last?.epoch ?? 0) + 1, first, steps: Math.max(steps, 1) };
  }
}
