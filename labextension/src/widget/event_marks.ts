/**
 * What happened to a run, as marks on its charts.
 */

import type { Mark } from '../chart/line_chart';
import type { RunState } from '../messages';

const SYMBOLS: Record<string, string> = {
  learning_rate: 'η',
  paused: '||',
  resumed: '>',
  warning: '!',
  failed: '×'
};

/**
 * The marks of the events after the step `start` and up to the step `stop`.
 *
 * @param place the x coordinate of a number of steps taken.
 */
export function eventMarks(
  run: RunState,
  start: number,
  stop: number,
  place: (step: number) => number
): Mark[] {
  return run.events
    .filter(({ step }) => step > start && step <= stop)
    .map(({ kind, step, text }) => ({ x: place(step), symbol: SYMBOLS[kind] ?? '*', text }));
}
