/**
 * What a chart's x axis counts: epochs, steps, or time.
 */

import { trans } from '../i18n/translation';
import type { AxisUnit, Control } from './kind';

export type Axis = 'epoch' | 'step' | 'time';

/** Seconds of the units in which time is shown, and up to how many seconds. */
const UNITS = [
  { name: 's', seconds: 1, most: 180 },
  { name: 'min', seconds: 60, most: 3 * 3600 },
  { name: 'h', seconds: 3600, most: Infinity }
] as const;

export interface TimeUnit {
  name: 's' | 'min' | 'h';
  seconds: number;
}

/** The title of an axis that counts this. */
export function unitTitle(unit: AxisUnit): string {
  switch (unit) {
    case 'epoch':
      return trans.__('epoch');
    case 'step':
      return trans.__('step');
    case 's':
      return trans.__('time (s)');
    case 'min':
      return trans.__('time (min)');
    case 'h':
      return trans.__('time (h)');
  }
}

/** A place on an axis that counts this, such as "epoch 3" or "2 min". */
export function placeText(unit: AxisUnit, number: string): string {
  switch (unit) {
    case 'epoch':
      return trans.__('epoch %1', number);
    case 'step':
      return trans.__('step %1', number);
    case 's':
      return trans.__('%1 s', number);
    case 'min':
      return trans.__('%1 min', number);
    case 'h':
      return trans.__('%1 h', number);
  }
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
    label: trans.__('X axis'),
    help: trans.__('X axis of all charts; time counts from the start of a run, pauses included'),
    value: choices[0] ?? 'step',
    choices: choices.map(value => ({ value, text: axisText(value) })),
    place: 'bar'
  };
}

function axisText(axis: Axis): string {
  return axis === 'time' ? trans.__('time') : unitTitle(axis);
}

/** A slider for the weight of the past in a moving average. */
export function smoothingControl(help: string): Control {
  return {
    id: 'smoothing',
    kind: 'slider',
    label: trans.__('Smoothing'),
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
   * @param before what the axis counted before, where its unit must not change; else null.
   */
  constructor(
    readonly axis: Axis,
    seconds: number,
    before: AxisUnit | null
  ) {
    this._unit = UNITS.find(({ name }) => name === before) ?? timeUnit(seconds);
  }

  get unit(): AxisUnit {
    return this.axis === 'time' ? this._unit.name : this.axis;
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
    return placeText(this._unit.name, '%{x:.4~g}');
  }
}
