import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Command, FromPage } from '../../labextension/src/messages';
import { Outbox } from '../../labextension/src/transport/outbox';

let sent: FromPage[];
let open: boolean;
let labs = 0;
let lab: string;

function box(page: string): Outbox {
  return new Outbox(lab, page, message => {
    if (open) {
      sent.push(message);
    }
    return open;
  });
}

function pause(page: string): Command {
  return { type: 'command', command: 'pause', page, cell: false };
}

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  open = false;
  lab = `lab ${++labs}`;
});

afterEach(() => {
  vi.useRealTimers();
});

it('leaves what waits for the next view of the same lab, which gets the answer', () => {
  const first = box('one');
  first.put(pause('one'));
  first.put({ type: 'edit', page: 'one', number: 1, field: 'epochs', value: '3' });
  first.dispose();
  const other = new Outbox('another lab', 'two', () => {
    throw new Error('not of this lab');
  });
  expect(other.holds).toBe(false);
  other.dispose();
  const second = box('two');
  open = true;
  second.flush();
  expect(sent).toEqual([
    pause('two'),
    { type: 'edit', page: 'one', number: 1, field: 'epochs', value: '3' }
  ]);
  second.dispose();
});

it('gives what waits to another view that is there already', () => {
  const [first, second] = [box('one'), box('two')];
  first.put(pause('one'));
  open = true;
  first.dispose();
  expect(sent).toEqual([pause('two')]);
  second.dispose();
});

it('does not press what was pressed long ago', () => {
  const first = box('one');
  first.put(pause('one'));
  first.dispose();
  vi.advanceTimersByTime(60_000);
  open = true;
  const second = box('two');
  second.flush();
  expect(sent).toEqual([]);
  second.dispose();
});

it('keeps what could not be sent, in order, and tries again', () => {
  const only = box('one');
  only.put(pause('one'));
  only.put({ ...pause('one'), command: 'stop' });
  open = true;
  vi.advanceTimersByTime(1100);
  expect(sent.map(one => (one as Command).command)).toEqual(['pause', 'stop']);
  expect(only.holds).toBe(false);
  only.dispose();
});
