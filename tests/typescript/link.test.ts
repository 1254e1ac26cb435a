import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PROTOCOL, type Append } from '../../labextension/src/messages';
import { StepSeries } from '../../labextension/src/series/step_series';
import { RunStore } from '../../labextension/src/store/run_store';
import { floats } from '../../labextension/src/transport/channel';
import { Link } from '../../labextension/src/transport/link';
import { part, progress, run, snapshot } from './runs';
import { Wire } from './wire';

function append(sequence: number, start: number, more: Partial<Append> = {}): Append {
  const series = [{ name: 'loss', start }];
  return { type: 'append', run: 'a', sequence, progress, series, ...more };
}

/** A store and its link, as a lab puts them together. */
class Feed {
  readonly page = 'p';
  readonly store: RunStore;
  readonly link: Link;

  constructor(wire: Wire, changed: () => void) {
    this.store = new RunStore(this.page, wire);
    this.store.slices.on(['run', 'progress'], changed);
    this.link = new Link(this.page, wire, this.store, () => undefined, changed);
  }

  get series(): StepSeries {
    return this.store.followed?.series('loss') ?? new StepSeries();
  }

  dispose(): void {
    this.link.dispose();
    this.store.dispose();
  }
}

let wire: Wire;
let feed: Feed;
let changes: number;

beforeEach(() => {
  vi.useFakeTimers();
  wire = new Wire();
  changes = 0;
  feed = new Feed(wire, () => {
    changes++;
  });
});

afterEach(() => {
  feed.dispose();
  vi.useRealTimers();
});

it('attaches, takes its snapshot and follows', () => {
  expect(wire.sent).toEqual([
    { type: 'attach', page: feed.page, protocol: PROTOCOL, series: ['loss'] }
  ]);
  wire.deliver(snapshot(feed.page), [], [], [3, 2]);
  wire.deliver(
    append(5, 2, {
      rows: [
        {
          epoch: 1,
          first_step: 0,
          steps: 3,
          metrics: {},
          low: 1,
          high: 3,
          seconds: 1,
          learning_rate: 0.1
        }
      ]
    }),
    [1]
  );
  expect([...feed.series.line(0, 3, 10).y]).toEqual([3, 2, 1]);
  expect(feed.store.followed?.epochs.all).toHaveLength(1);
  expect(feed.store.followed?.best).toBe(1);
  expect(changes).toBe(2);
});

it("ignores other pages' snapshots and everything before its own", () => {
  wire.deliver(snapshot('another'), [], [], [1]);
  wire.deliver(append(1, 0), [1]);
  expect(feed.store.followed).toBeNull();
  expect(changes).toBe(0);
});

it('takes a snapshot for all pages', () => {
  wire.deliver(snapshot(feed.page), [], [], [3]);
  wire.deliver(snapshot('', { run: null, progress: null, sequence: 0 }), [], [], []);
  expect(feed.store.followed).toBeNull();
  expect(feed.series.length).toBe(0);
});

it.each([
  ['a lost message', append(6, 3)],
  ['a doubled message', append(4, 2)],
  ['a hole in the series', append(5, 7)],
  ['another run', append(1, 0, { run: 'b' })]
])('asks again after %s, once', (_name, message) => {
  wire.deliver(snapshot(feed.page), [], [], [3, 2]);
  wire.deliver(message, [1]);
  wire.deliver(message, [1]);
  vi.advanceTimersByTime(600);
  expect(wire.attaches).toBe(2);
  expect(feed.series.length).toBe(2);
  wire.deliver(snapshot(feed.page, { sequence: 9 }), [], [], [5, 4, 3]);
  wire.deliver(append(10, 3), [2]);
  expect([...feed.series.line(0, 4, 10).y]).toEqual([5, 4, 3, 2]);
});

it('asks again, more and more seldom, while nobody answers', () => {
  vi.advanceTimersByTime(1000 + 2000 + 4000 + 100);
  expect(wire.attaches).toBe(4);
  expect(feed.link.attached).toBe(false);
});

it('is silent after its end', () => {
  feed.dispose();
  vi.advanceTimersByTime(60_000);
  expect(wire.attaches).toBe(1);
  expect(wire.subscribers).toBe(0);
});

it('reads floats from a buffer that begins at any byte', () => {
  const bytes = new Uint8Array(9);
  bytes.set(new Uint8Array(Float32Array.of(1.5, -2).buffer), 1);
  expect([...floats(new DataView(bytes.buffer, 1, 8))]).toEqual([1.5, -2]);
  expect(floats(undefined)).toHaveLength(0);
});

it('asks when a live run falls silent, and says when nobody answers', () => {
  wire.deliver(snapshot(feed.page), [], [], [3]);
  expect(wire.attaches).toBe(1);
  vi.advanceTimersByTime(7000);
  expect(wire.attaches).toBeGreaterThan(1);
  expect(feed.link.silent).toBe(false);
  vi.advanceTimersByTime(8000);
  expect(feed.link.silent).toBe(true);
  expect([...feed.series.line(0, 1, 10).y]).toEqual([3]);
  wire.deliver(snapshot(feed.page), [], [], [3]);
  expect(feed.link.silent).toBe(false);
});

it('leaves a kernel alone whose run has ended', () => {
  wire.deliver(snapshot(feed.page, { run: { ...run, status: 'completed' } }), [], [], [3]);
  vi.advanceTimersByTime(100_000);
  expect(wire.attaches).toBe(1);
});

it('takes a window in place of its steps, and the best of all from it', () => {
  wire.deliver(snapshot(feed.page, { series: [part({ best: 2 })] }), [], [], [3, 2]);
  const bounded = (start: number): Partial<Append> => ({
    series: [
      { name: 'loss', start, part: part({ width: 64, buckets: 2, raw_start: 128, best: 0.5 }) }
    ]
  });
  wire.deliver(append(5, 2, bounded(2)), [1, 0.5], [9, 4], [7, 6]);
  expect(feed.series.length).toBe(130);
  expect(feed.series.last).toBe(6);
  expect(feed.store.followed?.best).toBe(0.5);
  expect([...feed.series.line(0, 130, 500).y]).toEqual([1, 9, 0.5, 4, 7, 6]);
  wire.deliver(append(6, 130), [5]);
  expect(feed.series.last).toBe(5);
  // One that does not go on where the page is means that something was lost.
  wire.deliver(append(7, 999, bounded(999)), [], [], [1]);
  vi.advanceTimersByTime(600);
  expect(wire.attaches).toBe(2);
});

it('says every three seconds that it takes what comes, without a timer', () => {
  const seen = (): number => wire.sent.filter(message => message.type === 'seen').length;
  wire.deliver(snapshot(feed.page), [], [], []);
  expect(seen()).toBe(0);
  for (let i = 0; i < 90; i++) {
    vi.advanceTimersByTime(100);
    wire.deliver(append(5 + i, i), [1]);
  }
  expect(seen()).toBe(3);
  vi.advanceTimersByTime(4000);
  expect(seen()).toBe(3);
});

it('knows times and learning rates from a snapshot on', () => {
  const floats32 = [[], [], [3, 2]].map(one => new DataView(Float32Array.from(one).buffer));
  const knots = [
    [0, 2, 0, 1],
    [0, 0.1]
  ].map(one => new DataView(Float64Array.from(one).buffer));
  wire.deliverBuffers(snapshot(feed.page), [...knots, ...floats32]);
  expect(feed.store.followed?.times.at(1)).toBe(0.5);
  const now = { ...progress, step: 4, seconds: 3 };
  wire.deliver(
    append(5, 2, {
      progress: now,
      learning_rates: [
        [3, 0.1],
        [3, 0.01]
      ]
    }),
    [1, 1]
  );
  expect(feed.store.followed?.times.at(3)).toBe(2);
  expect([2, 3, 4].map(step => feed.store.followed?.learningRates.at(step, true))).toEqual([
    0.1, 0.01, 0.01
  ]);
  wire.deliver(append(6, 4, { progress: { ...now, step: 5 }, learning_rate: 0.02 }), [1]);
  expect(feed.store.followed?.learningRates.at(4, true)).toBeCloseTo(0.015);
});

it('asks for a snapshot when there are more knots than the kernel keeps', () => {
  wire.deliver(snapshot(feed.page), [], [], []);
  const times = Array.from({ length: 5000 }, (_, i) => [i, i * i]);
  wire.deliver(append(5, 0, { times }), []);
  vi.advanceTimersByTime(600);
  expect(wire.attaches).toBe(2);
});

it('says when nobody looks any more, but not to a kernel that is gone', () => {
  const [wire, gone] = [new Wire(), new Wire()];
  const feed = new Feed(wire, () => undefined);
  feed.dispose();
  feed.dispose();
  expect(wire.sent.filter(message => message.type === 'detach')).toEqual([
    { type: 'detach', page: feed.page }
  ]);
  const lost = new Feed(gone, () => undefined);
  lost.link.lose();
  lost.dispose();
  expect(gone.sent.some(message => message.type === 'detach')).toBe(false);
});

it('goes on asking when the way to the kernel is closed for a while', () => {
  const wire = new Wire();
  wire.closed = true;
  const feed = new Feed(wire, () => undefined);
  vi.advanceTimersByTime(8000);
  expect(feed.link.silent).toBe(true);
  wire.closed = false;
  vi.advanceTimersByTime(16_000);
  expect(wire.attaches).toBe(1);
  wire.deliver(snapshot(feed.page), [], [], [3]);
  // Nor does a word that cannot be said, such as that appends are taken, keep them from the page.
  wire.closed = true;
  wire.deliver(append(5, 1), [2]);
  expect(feed.series.length).toBe(2);
  wire.deliver(append(9, 3), [2]);
  vi.advanceTimersByTime(600);
  wire.closed = false;
  vi.advanceTimersByTime(2000);
  expect(wire.attaches).toBe(2);
  feed.dispose();
});

it('tells those who listen of what has changed, and only of that', () => {
  const heard: string[] = [];
  for (const slice of ['run', 'progress', 'epochs', 'earlier', 'series:loss'] as const) {
    feed.store.slices.on([slice], () => heard.push(slice));
  }
  wire.deliver(snapshot(feed.page), [], [], [3]);
  expect(heard.splice(0).sort()).toEqual(['earlier', 'epochs', 'progress', 'run', 'series:loss']);
  wire.deliver(append(5, 1), [2]);
  expect(heard.splice(0).sort()).toEqual(['progress', 'series:loss']);
});

it('asks for no snapshot when a press was answered otherwise, and for one when it was not', () => {
  const idle = { run: { ...run, status: 'completed' as const } };
  wire.deliver(snapshot(feed.page, idle), [], [], [3]);
  feed.link.expectAnswer();
  wire.deliver({ type: 'script', page: 'another', text: 'x', message: '' });
  wire.deliver({ type: 'script', page: feed.page, text: 'x', message: '' });
  vi.advanceTimersByTime(20_000);
  expect(wire.attaches).toBe(1);
  feed.link.expectAnswer();
  feed.link.answered(); // as by a status line
  vi.advanceTimersByTime(20_000);
  expect(wire.attaches).toBe(1);
  feed.link.expectAnswer();
  vi.advanceTimersByTime(7000);
  expect(wire.attaches).toBeGreaterThan(1);
});

it('asks for every series that is shown, also when one more is while the answer is on its way', () => {
  const asked = (): string[][] =>
    wire.sent.flatMap(one => (one.type === 'attach' ? [one.series] : []));
  feed.dispose();
  wire.sent = [];
  const store: RunStore = new RunStore('p', wire, () => {
    link.askForShown();
  });
  const link: Link = new Link(
    'p',
    wire,
    store,
    () => undefined,
    () => undefined
  );
  expect(asked()).toEqual([['loss']]);
  const answer = (): void => {
    wire.deliver(snapshot('p'), [], [], [3, 2]);
    vi.advanceTimersByTime(600);
  };
  // The charts that a person has chosen are there before the kernel has answered.
  const forget = store.slices.on(['series:accuracy'], () => undefined);
  answer();
  expect(asked()).toEqual([['loss'], ['loss', 'accuracy']]);
  store.slices.on(['series:gradient_norm'], () => undefined);
  forget();
  answer();
  expect(asked().slice(2)).toEqual([['loss', 'gradient_norm']]);
  answer();
  vi.advanceTimersByTime(600);
  expect(asked()).toHaveLength(3);
  link.dispose();
  store.dispose();
});
