/**
 * The values of a series as rows: every one of them, also those that only the kernel holds.
 */

import type { Points } from '../series/sparse_series';
import type { Steps } from '../store/resolution';
import { LEARNING_RATE, type RunData } from '../store/run_data';
import type { Runs } from '../store/run_store';
import type { Table } from './kind';

/** More rows than this a browser does not take in one text. */
export const MOST_ROWS = 2_000_000;

/** What a table of steps is about. */
export interface TableSubject {
  /** The series' name. */
  name: string;
  /** The steps; undefined where there are none. */
  steps: Steps | undefined;
  /** In which epoch a step lies. */
  epochOf(step: number): number;
}

export async function stepTable(
  { followed: run, ranges }: Runs,
  { name, steps, epochOf }: TableSubject
): Promise<Table> {
  const rated = name !== LEARNING_RATE;
  const columns = ['epoch', 'step', name, 'seconds', ...(rated ? ['learning rate'] : [])];
  if (!run || !steps) {
    return { columns, count: 0, row: () => [], omitted: 0 };
  }
  const { times, learningRates } = run;
  const { found, omitted } = run.isSparse(name)
    ? await valuesAtSome(run, name, steps, ranges)
    : await valuesOfEach(run, name, steps, ranges);
  return {
    columns,
    count: found.values.length,
    row: i => {
      const step = found.steps[i] as number;
      return [
        epochOf(step),
        step + 1,
        found.values[i] as number,
        known(times.at(step + 1), 7),
        ...(rated ? [known(learningRates.at(step, true), 7)] : [])
      ];
    },
    omitted
  };
}

interface Read {
  found: { steps: ArrayLike<number>; values: Float32Array };
  omitted: number;
}

async function valuesOfEach(
  run: RunData,
  name: string,
  steps: Steps,
  ranges: Runs['ranges']
): Promise<Read> {
  const { stop } = steps;
  const start = Math.max(steps.start, stop - MOST_ROWS);
  const series = run.series(name);
  const values = new Float32Array(Math.max(stop - start, 0));
  const between = Math.min(Math.max(series.rawStart, start), stop);
  // What the page holds is copied first: it may be folded while the kernel answers.
  values.set(series.raw(between, stop), between - start);
  values.set(await ranges.read(run.id, name, start, between));
  const places = Float64Array.from(values, (_, i) => start + i);
  return { found: { steps: places, values }, omitted: start - steps.start };
}

async function valuesAtSome(
  run: RunData,
  name: string,
  { start, stop }: Steps,
  ranges: Runs['ranges']
): Promise<Read> {
  const series = run.sparse(name);
  const { rawStart, rawStep } = series;
  const held = series.points(start, stop);
  const own = { steps: held.steps.slice(), values: held.values.slice() };
  // A step may have several values, of which the page holds the last ones.
  const parts: Points[] =
    rawStart > 0 && rawStep >= start
      ? await ranges.readSparse(run.id, name, start, Math.min(stop, rawStep + 1), rawStart)
      : [];
  const all = [...parts, own];
  const count = all.reduce((sum, { values }) => sum + values.length, 0);
  const found = { steps: new Float64Array(count), values: new Float32Array(count) };
  let at = 0;
  for (const { steps, values } of all) {
    found.steps.set(steps, at);
    found.values.set(values, at);
    at += values.length;
  }
  const omitted = Math.max(count - MOST_ROWS, 0);
  return {
    found: { steps: found.steps.subarray(omitted), values: found.values.subarray(omitted) },
    omitted
  };
}

function known(value: number, digits: number): number | string {
  return Number.isFinite(value) ? Number(value.toPrecision(digits)) : '';
}
