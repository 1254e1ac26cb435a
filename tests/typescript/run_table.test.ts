import { expect, it } from 'vitest';
import type { EpochRow, RunState } from '../../labextension/src/messages';
import { RunData } from '../../labextension/src/store/run_data';
import { RunTable } from '../../labextension/src/views/train/run_table';
import { progress, row, run } from './runs';

function data(id: string, rows: EpochRow[] = [], more: Partial<RunState> = {}): RunData {
  const made = new RunData({ ...run, id, name: id, status: 'completed', ...more }, progress);
  made.epochs.reset(rows);
  return made;
}

/** An epoch with an accuracy. */
function judged(epoch: number, metrics: EpochRow['metrics']): EpochRow {
  return { ...row(epoch, 1, 1), metrics: { loss: 1, ...metrics } };
}

function cells(table: RunTable, selector: string): (string | null)[] {
  return [...table.element.querySelectorAll(selector)].map(one => one.textContent);
}

function names(table: RunTable): (string | null)[] {
  return cells(table, 'tbody th');
}

it('has a line for each run on the charts, and none for one that was taken off them', () => {
  const table = new RunTable();
  const [first, second, chosen] = [data('first'), data('second'), data('chosen')];
  table.showEarlier([first]);
  table.show(second);
  expect(names(table)).toEqual(['second', 'first']);
  table.showEarlier([first, chosen]);
  expect(names(table)).toEqual(['second', 'chosen', 'first']);
  table.showEarlier([chosen]);
  expect(names(table)).toEqual(['second', 'chosen']);
  table.showEarlier([]);
  expect(names(table)).toEqual(['second']);
  table.clear();
  expect([names(table), table.element.hidden]).toEqual([[], true]);
});

it("names each run's loss, and its metric in training and on validation data", () => {
  const table = new RunTable();
  table.show(data('now', [], { loss: 'dice' }));
  expect(cells(table, 'thead th')).toEqual([
    'Run',
    'Loss',
    'Last batch loss',
    'Lowest batch loss',
    'Epoch',
    'Steps/s'
  ]);
  const rows = [judged(1, { accuracy: 0.5 }), judged(2, { accuracy: 0.981, val_accuracy: null })];
  table.showEarlier([data('before', rows, { loss: '<b>own' })]);
  expect(cells(table, 'thead th').slice(2, 4)).toEqual([
    'Training accuracy',
    'Validation accuracy'
  ]);
  const texts = cells(table, 'tbody td');
  const [now, before] = [texts.slice(0, 7), texts.slice(7)];
  expect([now[0], now[1], now[2]]).toEqual(['dice', '', '']);
  expect([before[0], before[1], before[2]]).toEqual(['<b>own', '98.1 %', 'Not finite']);
});

it('shows the time left as long as a run is live', () => {
  const table = new RunTable();
  table.show(data('now', [], { status: 'running' }));
  expect(cells(table, 'thead th').at(-1)).toBe('Time left');
  table.show(data('now'));
  expect(cells(table, 'thead th').at(-1)).toBe('Steps/s');
});

it('shows no column for validation data where there are none', () => {
  const table = new RunTable();
  table.show(data('now', [judged(1, { accuracy: 0.5 })]));
  expect(cells(table, 'thead th')).toContain('Training accuracy');
  expect(cells(table, 'thead th')).not.toContain('Validation accuracy');
});

it('aligns numbers to the right, names the heads of rows and columns, and scrolls by keyboard', () => {
  const table = new RunTable();
  table.show(data('now', [judged(1, { accuracy: 0.5 })]));
  const words = [...table.element.querySelectorAll('thead .lossviz-words')];
  expect(words.map(one => one.textContent)).toEqual(['Run', 'Loss']);
  const scopes = [...table.element.querySelectorAll('th')].map(one => one.scope);
  expect(scopes).toEqual([...Array<string>(7).fill('col'), 'row']);
  expect(table.element.tabIndex).toBe(0);
});
