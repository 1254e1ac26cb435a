/**
 * What a chart's x axis counts: epochs, steps, or time.
 */

import { labelled } from './labelled';

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
export class XAxis {
  readonly element: HTMLElement;
  private _select = document.createElement('select');
  private _unit: TimeUnit = timeUnit(0);

  constructor(axes: Axis[], changed: () => void) {
    this._select.append(...axes.map(axis => new Option(axis, axis)));
    this._select.title = 'Time counts from the start of a run, pauses included';
    this._select.addEventListener('change', changed);
    this.element = labelled('X axis', this._select);
  }

  get axis(): Axis {
    return this._select.value as Axis;
  }

  /** The axis' title. */
  get title(): string {
    return this.axis === 'time' ? `time (${this._unit.name})` : this.axis;
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

  /**
   * Choose the unit of a time axis that is so many seconds long.
   *
   * @param zoomed a person looks at a part: the numbers that they see must not change.
   */
  unit(seconds: number, zoomed: boolean): void {
    if (!zoomed) {
      this._unit = timeUnit(seconds);
    }
  }
}
