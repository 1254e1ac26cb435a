/**
 * Which metrics the epochs of a run have.
 */

import type { EpochRow } from '../messages';
import { metricsOf } from '../store/epoch_rows';
import { GRADIENT_NORM, LEARNING_RATE, LOSS, type RunData } from '../store/run_data';

/** The metric that most people look for. */
const FIRST = 'accuracy';

const VALIDATION = /^val_/;

/**
 * The names of the means, without those on validation data: in the order of the epochs' rows, or,
 * before the first epoch's end, of what is recorded at every step.
 */
export function epochMetricNames({ epochs, state }: RunData): string[] {
  const ended = epochs.all.length > 0;
  const names = ended
    ? metricsOf(epochs.all)
    : state.series.filter(({ kind }) => kind === 'step').map(({ name }) => name);
  const metrics = names.map(name => name.replace(VALIDATION, ''));
  return [...new Set(metrics)].filter(name => name !== GRADIENT_NORM && name !== LEARNING_RATE);
}

/** Whether a metric is a loss, of the model or of one of its outputs. */
export function isLoss(name: string): boolean {
  return name === LOSS || name.endsWith(`_${LOSS}`);
}

/** The metrics beside the loss, the one that most people look for first. */
export function metricsBesideLoss(run: RunData): string[] {
  return epochMetricNames(run)
    .filter(name => name !== LOSS)
    .sort((a, b) => Number(b === FIRST) - Number(a === FIRST));
}

/** The metric whose chart is suggested first; undefined where a run has nothing but losses. */
export function taskMetric(run: RunData): string | undefined {
  return metricsBesideLoss(run).find(name => !isLoss(name));
}

/** The epoch with the best value of a metric; undefined where none has one. */
export function bestRow(
  rows: readonly EpochRow[],
  metric: string,
  direction: 'lower' | 'higher'
): EpochRow | undefined {
  const sign = direction === 'lower' ? 1 : -1;
  const rank = (row: EpochRow | undefined): number =>
    sign * (row?.metrics[metric] ?? sign * Infinity);
  return rows.reduce<EpochRow | undefined>(
    (best, row) => (rank(row) < rank(best) ? row : best),
    undefined
  );
}

/** The last epoch, up to this one, that has the metric. */
export function latestRow(
  { epochs }: RunData,
  name: string,
  epoch = Infinity
): EpochRow | undefined {
  const rows = epochs.all;
  for (let index = rows.length - 1; index >= 0; index--) {
    const row = rows[index];
    if (row && row.epoch <= epoch && name in row.metrics) {
      return row;
    }
  }
  return undefined;
}
