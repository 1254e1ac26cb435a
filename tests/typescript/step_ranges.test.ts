import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Range, RangeRequest } from '../../labextension/src/messages';
import { StepRanges, stepsLine } from '../../labextension/src/store/step_ranges';
import { part } from './runs';
import { Wire } from './wire';

let wire: Wire;
let changes: number;
let ranges: StepRanges;

beforeEach(() => {
  wire = new Wire();
  changes = 0;
  ranges = new StepRanges('p', wire, () => {
    changes++;
  });
});

afterEach(() => {
  ranges.dispose();
});

function answer(number: number, raw: number[]): void {
  const message: Range = {
    type: 'range',
    page: 'p',
    number,
    run: 'a',
    part: part({ width: 4, buckets: 1, raw_start: 4 })
  };
  wire.deliver(message, [1], [5], raw);
}

it('asks once, and knows the answer from then on', () => {
  expect(ranges.get('a', 'loss', 0, 6, 100)).toBeUndefined();
  expect(ranges.get('a', 'loss', 0, 6, 100)).toBeUndefined();
  expect(wire.sent).toHaveLength(1);
  answer((wire.sent[0] as RangeRequest).number, [7, 8]);
  expect(changes).toBe(1);
  const steps = ranges.get('a', 'loss', 0, 6, 100);
  expect(steps && [...stepsLine(steps, 50).y]).toEqual([1, 5, 7, 8]);
  expect(steps && [...stepsLine(steps, 50).x]).toEqual([0, 2, 4, 5]);
  expect(wire.sent).toHaveLength(1);
});

it('asks again when no answer comes, and ignores answers to nothing', () => {
  const now = vi.spyOn(performance, 'now');
  now.mockReturnValue(0);
  ranges.get('a', 'loss', 0, 6, 100);
  now.mockReturnValue(6000);
  ranges.get('a', 'loss', 0, 6, 100);
  now.mockRestore();
  expect(wire.sent).toHaveLength(2);
  answer(1, [7]);
  expect(ranges.get('a', 'loss', 0, 6, 100)).toBeUndefined();
  answer(2, [7]);
  expect(ranges.get('a', 'loss', 0, 6, 100)).toBeDefined();
});

it('has what was lost asked for again, also when nothing else changes', () => {
  vi.useFakeTimers();
  ranges.get('a', 'loss', 0, 6, 100);
  vi.advanceTimersByTime(5100);
  expect(changes).toBe(1);
  ranges.get('a', 'loss', 0, 6, 100);
  expect(wire.sent).toHaveLength(2);
  // A kernel that speaks for the first time cannot have heard.
  ranges.forgetRequests();
  ranges.get('a', 'loss', 0, 6, 100);
  expect(wire.sent).toHaveLength(3);
  answer(3, [7]);
  expect(ranges.get('a', 'loss', 0, 6, 100)).toBeDefined();
  vi.useRealTimers();
});

it('keeps a bounded number of answers, those that were used last', () => {
  for (let i = 0; i < 40; i++) {
    ranges.get('a', 'loss', i, i + 6, 100);
    answer(i + 1, [i]);
    ranges.get('a', 'loss', 0, 6, 100);
  }
  const before = wire.sent.length;
  expect(ranges.get('a', 'loss', 0, 6, 100)).toBeDefined();
  expect(ranges.get('a', 'loss', 39, 45, 100)).toBeDefined();
  expect(ranges.get('a', 'loss', 1, 7, 100)).toBeUndefined();
  expect(wire.sent).toHaveLength(before + 1);
});

it('asks no more than once a second for a range whose end moves on, and gives the last one', () => {
  const now = vi.spyOn(performance, 'now');
  now.mockReturnValue(0);
  expect(ranges.get('a', 'loss', 0, 6, 100)).toBeUndefined();
  answer(1, [7, 8]);
  for (let i = 1; i < 20; i++) {
    now.mockReturnValue(100 * i);
    expect(ranges.get('a', 'loss', 0, 6 + i, 100)?.stop).toBe(6);
    // Another place is not held up by that.
    ranges.get('a', 'loss', i, 50, 100);
  }
  now.mockRestore();
  const asked = wire.sent.filter(one => (one as RangeRequest).start === 0) as RangeRequest[];
  expect(asked.map(one => one.stop)).toEqual([6, 16]);
  expect(wire.sent).toHaveLength(2 + 19);
});

it('has what it holds back asked for later, also when nothing else changes', () => {
  vi.useFakeTimers();
  ranges.get('a', 'loss', 0, 6, 100);
  answer(1, [7, 8]);
  ranges.get('a', 'loss', 0, 9, 100);
  const before = changes;
  vi.advanceTimersByTime(1100);
  expect(changes).toBe(before + 1);
  ranges.get('a', 'loss', 0, 9, 100);
  expect((wire.sent.at(-1) as RangeRequest).stop).toBe(9);
  vi.useRealTimers();
});

/** Plays a kernel that holds the steps 0, 1, 2, ... and gives at most 2 ** 18 at once. */
function play(number: number): void {
  const { start, stop, points } = wire.sent.at(-1) as RangeRequest;
  const whole = stop - start <= Math.min(points, 1 << 18);
  const raw = Float32Array.from({ length: stop - start }, (_, i) => start + i);
  wire.deliver(
    { type: 'range', page: 'p', number, run: 'a', part: part({ start, raw_start: start }) },
    [],
    [],
    ...(whole ? [Array.from(raw)] : [])
  );
}

it('reads any number of steps, in parts that the kernel gives', async () => {
  const reading = ranges.read('a', 'loss', 5, 600_000);
  for (let number = 1; number <= 3; number++) {
    await vi.waitFor(() => {
      expect(wire.sent).toHaveLength(number);
    });
    play(number);
  }
  const values = await reading;
  expect(values).toHaveLength(599_995);
  expect([values[0], values[300_000], values.at(-1)]).toEqual([5, 300_005, 599_999]);
});

it('says when the kernel does not give them, after it has asked more than once', async () => {
  vi.useFakeTimers();
  const reading = expect(ranges.read('a', 'loss', 0, 10)).rejects.toThrow('does not answer');
  await vi.advanceTimersByTimeAsync(16_000);
  await reading;
  expect(wire.sent).toHaveLength(3);
  vi.useRealTimers();
});
