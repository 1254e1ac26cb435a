import { expect, it } from 'vitest';
import type { RunState } from '../../labextension/src/messages';
import { markAnnotations } from '../../labextension/src/chart/traces';
import { checkpointTicks, eventMarks } from '../../labextension/src/chart/event_marks';
import { timeUnit } from '../../labextension/src/chart/time_unit';

function run(events: RunState['events'], checkpoints: number[] = []): RunState {
  return {
    id: 'a',
    name: 'run 1',
    status: 'running',
    epochs: 2,
    steps_per_epoch: null,
    device: 'CPU:0',
    colour: 0,
    loss: 'mse',
    events,
    checkpoints,
    error: null,
    series: []
  };
}

const shown = { start: 0, stop: 1000, from: 0, to: 1000, columns: 1000 };
const place = (step: number): number => step;

it('marks each kind of event by its own symbol', () => {
  const kinds = ['learning_rate', 'paused', 'resumed', 'nan', 'warning', 'failed', 'early_stop'];
  const events = kinds.map((kind, i) => ({ kind, step: 100 * (i + 1), text: kind }));
  expect(eventMarks(run(events), shown, place).map(({ symbol }) => symbol)).toEqual([
    'η',
    '||',
    '>',
    'NaN',
    '!',
    '×',
    '*'
  ]);
});

it('puts marks in one place together, under the symbol that matters most', () => {
  const events = [
    { kind: 'paused', step: 500, text: 'Training paused.' },
    { kind: 'learning_rate', step: 500, text: 'Learning rate changed.' },
    { kind: 'nan', step: 505, text: '<b>' },
    { kind: 'resumed', step: 900, text: 'Training resumed.' }
  ];
  const marks = eventMarks(run(events), shown, place);
  expect(marks.map(({ x, symbol }) => [x, symbol])).toEqual([
    [500, 'NaN'],
    [900, '>']
  ]);
  const theme = { text: '', faint: '', grid: '', background: '', font: '', dark: false };
  expect(markAnnotations(marks, theme)[0]).toMatchObject({
    hovertext: 'Training paused.<br>Learning rate changed.<br>&lt;b&gt;'
  });
  // Zoomed in there is room for each.
  const near = { ...shown, from: 490, to: 510 };
  expect(eventMarks(run(events), near, place)).toHaveLength(3);
});

it('stays quiet when a learning rate changes after each of many epochs', () => {
  const events = Array.from({ length: 500 }, (_, i) => ({
    kind: 'learning_rate',
    step: 2 * i + 1,
    text: `change ${i}`
  }));
  const marks = eventMarks(run(events), shown, place);
  expect(marks.length).toBeLessThanOrEqual(1000 / 18 + 1);
  expect(marks[0]?.text.split('\n')).toHaveLength(7);
});

it('draws checkpoints as ticks that can be told apart', () => {
  const steps = Array.from({ length: 500 }, (_, i) => 2 * i);
  const ticks = checkpointTicks(run([], steps), shown, place);
  expect(ticks.length).toBeLessThanOrEqual(1000 / 6 + 1);
  expect(checkpointTicks(run([], [300, 2000]), shown, place)).toEqual([300]);
});

it('shows time in the unit in which people say it', () => {
  expect([0, 12, 179, 181, 7200, 20_000, NaN].map(one => timeUnit(one).name)).toEqual([
    's',
    's',
    's',
    'min',
    'min',
    'h',
    's'
  ]);
});
