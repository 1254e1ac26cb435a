import { beforeEach, expect, it, vi } from 'vitest';
import type { FromPage, Range, RangeRequest } from '../../labextension/src/messages';
import { StepRanges, stepsLine } from '../../labextension/src/widget/step_ranges';

let sent: FromPage[];
let changes: number;
let ranges: StepRanges;

beforeEach(() => {
  sent = [];
  changes = 0;
  ranges = new StepRanges(
    'p',
    { send: message => sent.push(message), onMessage: () => () => undefined },
    () => {
      changes++;
    }
  );
});

function answer(number: number, raw: number[]): void {
  const message: Range = {
    type: 'range',
    page: 'p',
    number,
    run: 'a',
    start: 0,
    width: 4,
    buckets: 1,
    raw_start: 4
  };
  const buffers = [[1], [5], raw].map(one => new DataView(Float32Array.from(one).buffer));
  ranges.take(message, buffers);
}

it('asks once, and knows the answer from then on', () => {
  expect(ranges.get('a', 0, 6, 100)).toBeUndefined();
  expect(ranges.get('a', 0, 6, 100)).toBeUndefined();
  expect(sent).toHaveLength(1);
  answer((sent[0] as RangeRequest).number, [7, 8]);
  expect(changes).toBe(1);
  const steps = ranges.get('a', 0, 6, 100);
  expect(steps && [...stepsLine(steps, 50).y]).toEqual([1, 5, 7, 8]);
  expect(steps && [...stepsLine(steps, 50).x]).toEqual([0, 2, 4, 5]);
  expect(sent).toHaveLength(1);
});

it('asks again when no answer comes, and ignores answers to nothing', () => {
  const now = vi.spyOn(performance, 'now');
  now.mockReturnValue(0);
  ranges.get('a', 0, 6, 100);
  now.mockReturnValue(6000);
  ranges.get('a', 0, 6, 100);
  now.mockRestore();
  expect(sent).toHaveLength(2);
  answer(1, [7]);
  expect(ranges.get('a', 0, 6, 100)).toBeUndefined();
  answer(2, [7]);
  expect(ranges.get('a', 0, 6, 100)).toBeDefined();
});

it('keeps a bounded number of answers, those that were used last', () => {
  for (let i = 0; i < 40; i++) {
    ranges.get('a', i, i + 6, 100);
    answer(i + 1, [i]);
    ranges.get('a', 0, 6, 100);
  }
  const before = sent.length;
  expect(ranges.get('a', 0, 6, 100)).toBeDefined();
  expect(ranges.get('a', 39, 45, 100)).toBeDefined();
  expect(ranges.get('a', 1, 7, 100)).toBeUndefined();
  expect(sent).toHaveLength(before + 1);
});

it('asks no more than once a second for a range whose end moves on, and gives the last one', () => {
  const now = vi.spyOn(performance, 'now');
  now.mockReturnValue(0);
  expect(ranges.get('a', 0, 6, 100)).toBeUndefined();
  answer(1, [7, 8]);
  for (let i = 1; i < 20; i++) {
    now.mockReturnValue(100 * i);
    expect(ranges.get('a', 0, 6 + i, 100)?.stop).toBe(6);
    // Another place is not held up by that.
    ranges.get('a', i, 50, 100);
  }
  now.mockRestore();
  const asked = sent.filter(one => (one as RangeRequest).start === 0) as RangeRequest[];
  expect(asked.map(one => one.stop)).toEqual([6, 16]);
  expect(sent).toHaveLength(2 + 19);
});

it('has what it holds back asked for later, also when nothing else changes', () => {
  vi.useFakeTimers();
  ranges.get('a', 0, 6, 100);
  answer(1, [7, 8]);
  ranges.get('a', 0, 9, 100);
  const before = changes;
  vi.advanceTimersByTime(1100);
  expect(changes).toBe(before + 1);
  ranges.get('a', 0, 9, 100);
  expect((sent.at(-1) as RangeRequest).stop).toBe(9);
  ranges.dispose();
  vi.useRealTimers();
});
