/**
 * What happened to a run, as marks on its charts.
 */

import { formatCount } from '../format';
import { trans } from '../i18n/translation';
import type { EventMark, RunState } from '../messages';
import type { Mark } from './chart_spec';

/** By kind, the one that matters most first: of marks in one place its symbol is shown. */
const SYMBOLS = {
  failed: '×',
  nan: 'NaN',
  warning: '!',
  learning_rate: 'η',
  paused: '||',
  resumed: '>',
  early_stop: '*'
} as const;

type MarkedKind = keyof typeof SYMBOLS;

const KINDS = Object.keys(SYMBOLS) as MarkedKind[];

function meaning(kind: MarkedKind): string {
  switch (kind) {
    case 'failed':
      return trans.__('failed');
    case 'nan':
      return trans.__('loss not finite');
    case 'warning':
      return trans.__('warning');
    case 'learning_rate':
      return trans.__('learning rate changed');
    case 'paused':
      return trans.__('paused');
    case 'resumed':
      return trans.__('resumed');
    case 'early_stop':
      return trans.__('stopped early');
  }
}

/** Marks and ticks that are nearer to each other are one. */
const MARK_PIXELS = 18;
const TICK_PIXELS = 6;

/** Lines of a mark's text. */
const MOST_LINES = 6;

/** What these symbols mean, each once. */
export function markKey(symbols: readonly string[]): string[] {
  return KINDS.filter(kind => symbols.includes(SYMBOLS[kind])).map(
    kind => `${SYMBOLS[kind]} ${meaning(kind)}`
  );
}

/** A number of steps taken as x; `later` where a moment after it is meant, such as a pause's end. */
export type Place = (step: number, later: boolean) => number;

/** The steps that are shown, and the piece of the x axis that shows them. */
export interface Shown {
  start: number;
  stop: number;
  from: number;
  to: number;
  columns: number;
}

/** The marks of the events after the step `start` and up to the step `stop`. */
export function eventMarks(run: RunState, shown: Shown, place: Place): Mark[] {
  const placed = run.events
    .filter(({ step }) => step > shown.start && step <= shown.stop)
    .map(event => ({ x: place(event.step, event.kind === 'resumed'), events: [event] }))
    .filter(({ x }) => Number.isFinite(x))
    .sort((a, b) => a.x - b.x);
  return apart(placed, MARK_PIXELS, shown, (into, { events }) => {
    into.events.push(...events);
  }).map(({ x, events }) => ({ x, symbol: symbol(events), text: text(events) }));
}

/** Where checkpoints of the steps after `start` and up to `stop` lie. */
export function checkpointTicks(run: RunState, shown: Shown, place: Place): number[] {
  const placed = run.checkpoints
    .filter(step => step > shown.start && step <= shown.stop)
    .map(step => ({ x: place(step, false) }))
    .filter(({ x }) => Number.isFinite(x));
  return apart(placed, TICK_PIXELS, shown, () => undefined).map(({ x }) => x);
}

/** Of things in order those that are so many pixels apart; the others are merged into them. */
function apart<T extends { x: number }>(
  things: T[],
  pixels: number,
  { from, to, columns }: Shown,
  merge: (into: T, one: T) => void
): T[] {
  const least = (pixels * Math.max(to - from, 0)) / columns;
  const kept: T[] = [];
  for (const one of things) {
    const last = kept[kept.length - 1];
    if (last && one.x - last.x < least) {
      merge(last, one);
    } else {
      kept.push(one);
    }
  }
  return kept;
}

function symbol(events: EventMark[]): string {
  const kinds = new Set(events.map(({ kind }) => kind));
  const first = KINDS.find(kind => kinds.has(kind));
  return first ? SYMBOLS[first] : '*';
}

function text(events: EventMark[]): string {
  const lines = events.slice(0, MOST_LINES).map(one => one.text);
  const more = events.length - lines.length;
  return [...lines, ...(more > 0 ? [trans.__('and %1 more', formatCount(more))] : [])].join('\n');
}
