/**
 * The epochs of some runs as rows.
 */

import type { Runs } from '../../store/run_store';
import type { Table } from '../kind';

/** @param metrics those that have a column; without them every one that there is. */
export function epochTable({ followed, earlier }: Runs, metrics?: readonly string[]): Table {
  const runs = [...earlier, ...(followed ? [followed] : [])];
  const all = runs.flatMap(({ state, epochs }) =>
    epochs.all.map(row => ({ run: state.name, row }))
  );
  const known = [...new Set(all.flatMap(({ row }) => Object.keys(row.metrics)))];
  const names = metrics ? metrics.filter(one => known.includes(one)) : known;
  return {
    columns: ['run', 'epoch', 'first step', 'steps', 'seconds', 'learning rate', ...names],
    count: all.length,
    row: i => {
      const { run, row } = all[i] as (typeof all)[number];
      return [
        run,
        row.epoch,
        row.first_step + 1,
        row.steps,
        row.seconds ?? '',
        row.learning_rate ?? '',
        ...names.map(name => row.metrics[name] ?? '')
      ];
    },
    omitted: runs.reduce((sum, { epochs }) => sum + epochs.count - epochs.all.length, 0)
  };
}
