import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DrawingTurns } from '../../labextension/src/chart/drawing_turns';

let turns: DrawingTurns;
let drawn: string[];

beforeEach(() => {
  vi.useFakeTimers();
  at(clock);
  turns = new DrawingTurns();
  drawn = [];
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

let clock = 0;

/** It is so late now, in milliseconds. */
function at(now: number): void {
  clock = now;
  vi.spyOn(performance, 'now').mockReturnValue(now);
}

/** A chart that takes so many milliseconds. */
function chart(name: string, cost: number): () => void {
  return () => {
    drawn.push(name);
    at(clock + cost);
  };
}

/** So many frames of 16 ms, with news for all of these before each. */
function frames(count: number, charts: (() => void)[]): void {
  for (let i = 0; i < count; i++) {
    charts.forEach(one => {
      turns.ask(one);
    });
    at(clock + 16);
    vi.advanceTimersByTime(16);
  }
}

it('draws what comes seldom at once, and once', async () => {
  const one = chart('a', 1);
  turns.ask(one);
  turns.ask(one);
  await Promise.resolve();
  expect(drawn).toEqual(['a']);
});

it('draws in the next frame what comes again at once', async () => {
  const one = chart('a', 1);
  turns.ask(one);
  await Promise.resolve();
  turns.ask(one);
  await Promise.resolve();
  expect(drawn).toHaveLength(1);
  frames(2, []);
  expect(drawn).toHaveLength(2);
});

it('gives charts that take long one frame each, all of them in turn, and the page the rest', async () => {
  const charts = ['a', 'b', 'c', 'd'].map(name => chart(name, 13));
  frames(1, charts);
  await Promise.resolve();
  frames(40, charts);
  const counts = ['a', 'b', 'c', 'd'].map(name => drawn.filter(one => one === name).length);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  // No more than one of them in a frame, and not in each frame.
  expect(drawn.length).toBeGreaterThan(15);
  expect(drawn.length).toBeLessThanOrEqual(41);
});

it('draws several that take little in one frame', async () => {
  const charts = ['a', 'b', 'c'].map(name => chart(name, 1));
  charts.forEach(one => {
    turns.ask(one);
  });
  await Promise.resolve();
  expect(drawn).toEqual(['a', 'b', 'c']);
});

it('does not draw what has gone', async () => {
  const one = chart('a', 1);
  turns.ask(one);
  turns.cancel(one);
  await Promise.resolve();
  frames(2, []);
  expect(drawn).toEqual([]);
});

it('draws first, and at once, what a person waits for', async () => {
  const charts = ['a', 'b', 'c'].map(name => chart(name, 30));
  const asked = chart('asked', 30);
  frames(1, charts);
  charts.forEach(one => {
    turns.ask(one);
  });
  const before = drawn.length;
  turns.ask(asked, true);
  await Promise.resolve();
  expect(drawn.slice(before)).toEqual(['asked']);
  // And the others after it, each once.
  frames(12, []);
  expect(drawn.slice(before + 1).sort()).toEqual(['a', 'b', 'c']);
});
