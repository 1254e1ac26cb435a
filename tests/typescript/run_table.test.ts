import { expect, it } from 'vitest';
import { RunData } from '../../labextension/src/store/run_data';
import { RunTable } from '../../labextension/src/views/train/run_table';
import { progress, run } from './runs';

function data(id: string): RunData {
  return new RunData({ ...run, id, name: id, status: 'completed' }, progress);
}

it('has a line for each run on the charts, and none for one that was taken off them', () => {
  const table = new RunTable();
  const names = (): string[] =>
    [...table.element.querySelectorAll('tbody th')].map(one => one.textContent ?? '');
  const [first, second, chosen] = [data('first'), data('second'), data('chosen')];
  table.showEarlier([first]);
  table.show(second);
  expect(names()).toEqual(['second', 'first']);
  table.showEarlier([first, chosen]);
  expect(names()).toEqual(['second', 'chosen', 'first']);
  table.showEarlier([chosen]);
  expect(names()).toEqual(['second', 'chosen']);
  table.showEarlier([]);
  expect(names()).toEqual(['second']);
});
