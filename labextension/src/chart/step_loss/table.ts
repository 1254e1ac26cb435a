/**
 * The steps of an epoch as rows: every one of them, also those that only the kernel holds.
 */

import type { Steps } from '../../store/epoch_steps';
import { LOSS } from '../../store/run_data';
import type { Runs } from '../../store/run_store';
import type { Table } from '../kind';

/** More rows than this a browser does not take in one text. */
export const MOST_ROWS = 2_000_000;

const COLUMNS = ['epoch', 'step', 'loss', 'seconds', 'learning rate'];

/**
 * @param epoch its number.
 * @param steps which they are; undefined where there are none.
 */
export async function stepTable(
  { followed: run, ranges }: Runs,
  epoch: number,
  steps: Steps | undefined
): Promise<Table> {
  if (!run || !steps) {
    return { columns: COLUMNS, count: 0, row: () => [], omitted: 0 };
  }
  const { times, learningRates } = run;
  const { stop } = steps;
  const start = Math.max(steps.start, stop - MOST_ROWS);
  const series = run.series(LOSS);
  const values = new Float32Array(stop - start);
  const between = Math.min(Math.max(series.rawStart, start), stop);
  // What the page holds is copied first: it may be folded while the kernel answers.
  values.set(series.raw(between, stop), between - start);
  values.set(await ranges.read(run.id, LOSS, start, between));
  return {
    columns: COLUMNS,
    count: values.length,
    row: i => [
      epoch,
      start + i + 1,
      values[i] as number,
      known(times.at(start + i + 1), 7),
      known(learningRates.at(start + i, true), 7)
    ],
    omitted: start - steps.start
  };
}

function known(value: number, digits: number): number | string {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : '';
}
