/**
 * The columns of the small table of runs: its loss function, its losses, the task's metric where a run has
 * one, and how far it is.
 */

import { metricFormat, quantity } from '../../chart/quantity';
import { latestRow, taskMetric } from '../../chart/run_metrics';
import { formatCount, formatNumber, formatSeconds } from '../../format';
import { trans } from '../../i18n/translation';
import type { RunData } from '../../store/run_data';

export interface RunColumn {
  id: string;
  title: string;
  /** Words are aligned to the left, numbers to the right. */
  words?: boolean;
  text(run: RunData): string;
}

/** @param runs those in the table, the newest first: its metric is the one that counts. */
export function runColumns(runs: readonly RunData[]): RunColumn[] {
  return [
    { id: 'run', title: trans.__('Run'), words: true, text: ({ state }) => state.name },
    {
      id: 'loss',
      title: trans._p('the loss function of a run', 'Loss'),
      words: true,
      text: ({ state }) => state.loss
    },
    ...metricColumns(runs),
    { id: 'last', title: trans.__('Last batch loss'), text: ({ last }) => formatNumber(last) },
    { id: 'best', title: trans.__('Lowest batch loss'), text: ({ best }) => formatNumber(best) },
    {
      id: 'epoch',
      title: trans.__('Epoch'),
      text: ({ state, progress }) => `${formatCount(progress.epoch)}/${formatCount(state.epochs)}`
    },
    {
      id: 'rate',
      title: trans.__('Steps/s'),
      text: ({ progress }) => (progress.rate > 0 ? formatCount(progress.rate) : '')
    },
    ...(runs.some(({ live }) => live) ? [timeLeft()] : [])
  ];
}

function timeLeft(): RunColumn {
  return {
    id: 'left',
    title: trans.__('Time left'),
    text: ({ live, progress }) =>
      live && progress.left !== null ? formatSeconds(progress.left) : ''
  };
}

/** The task's metric in training and on validation data, as far as one of the runs knows it. */
function metricColumns(runs: readonly RunData[]): RunColumn[] {
  const name = runs.map(taskMetric).find(one => one !== undefined);
  if (name === undefined) {
    return [];
  }
  const { phrase } = quantity(name);
  return [
    { id: name, title: trans.__('Training %1', phrase) },
    { id: `val_${name}`, title: trans.__('Validation %1', phrase) }
  ]
    .filter(({ id }) => runs.some(run => latestRow(run, id)))
    .map(column => ({ ...column, text: run => lastValue(run, column.id) }));
}

/** Of the last epoch that has one. */
function lastValue(run: RunData, metric: string): string {
  const value = latestRow(run, metric)?.metrics[metric];
  if (value === undefined) {
    return '';
  }
  return value === null ? trans.__('Not finite') : metricFormat(metric, value)(value);
}
