/**
 * Which metrics the epochs of a run have.
 */

import { metricsOf } from '../store/epoch_rows';
import { LOSS, type RunData } from '../store/run_data';

/** Series of every step that are no metrics. */
const NOT_METRICS = ['gradient_norm', 'learning_rate'];

const HELD_OUT = /^val_/;

/**
 * The names of the means, without those on held-out data: in the order of the epochs' rows, or,
 * before the first epoch's end, of what is recorded at every step.
 */
export function epochMetricNames({ epochs, state }: RunData): string[] {
  const ended = epochs.all.length > 0;
  const names = ended
    ? metricsOf(epochs.all)
    : state.series.filter(({ kind }) => kind === 'step').map(({ name }) => name);
  const metrics = names.map(name => name.replace(HELD_OUT, ''));
  return [...new Set(metrics)].filter(name => !NOT_METRICS.includes(name));
}

/** Whether a metric is a loss, of the model or of one of its outputs. */
export function isLoss(name: string): boolean {
  return name === LOSS || name.endsWith(`_${LOSS}`);
}
