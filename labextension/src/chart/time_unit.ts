/**
 * What a chart's x axis counts: epochs, steps, or time.
 */

import type { Control } from './kind';

export type Axis = 'epoch' | 'step' | 'time';

/** Seconds of the units in which time is shown, and up to how many seconds. */
const UNITS = [
  { name: 's', seconds: 1, most: 180 },
  { name: 'min', seconds: 60, most: 3 * 3600 },
  { name: 'h', seconds: 3600, most: Infinity }
];

export interface TimeUnit {
  name: string;
  seconds: number;
}

/** The unit for so many seconds from one end of the axis to the other. */
export function timeUnit(seconds: number): TimeUnit {
  return UNITS.find(({ most }) => !(seconds > most)) as TimeUnit;
}

/** A drop-down in which the axis is chosen. */
export function axisControl(choices: readonly Axis[]): Control {
  return {
    id: 'axis',
    kind: 'choice',
    label: 'X axis',
    help: 'X axis of all charts; time counts from the start of a run, pauses included',
    value: choices[0] ?? 'step',
    choices,
    place: 'bar'
  };
}

/** A slider for the weight of the past in a moving average. */
export function smoothingControl(help: string): Control {
  return {
    id: 'smoothing',
    kind: 'slider',
    label: 'Smoothing',
    help,
    value: '0',
    least: 0,
    most: 0.99,
    step: 0.01,
    place: 'popover'
  };
}

/** An axis with its unit. */
export class XAxis {
  private readonly _unit: TimeUnit;

  /**
   * @param axis what it counts.
   * @param seconds the length of a time axis.
   * @param title the title of the axis before, whose unit must not change; else null.
   */
  constructor(
    readonly axis: Axis,
    seconds: number,
    title: string | null
  ) {
    this._unit = UNITS.find(({ name }) => titleOf(name) === title) ?? timeUnit(seconds);
  }

  get title(): string {
    return this.axis === 'time' ? titleOf(this._unit.name) : this.axis;
  }

  /** A number of seconds as x, in the unit that is shown. */
  of(seconds: number): number {
    return seconds / this._unit.seconds;
  }

  /** The seconds that an x stands for. */
  seconds(x: number): number {
    return x * this._unit.seconds;
  }

  /** The x of a point in a hover template, on the time axis. */
  get hover(): string {
    return `%{x:.4~g} ${this._unit.name}`;
  }
}

function titleOf(unit: string): string {
  return `time (${unit})`;
}
