/**
 * The columns of the runs table: those of every run, and one per hyperparameter and metric.
 */

import { quantity } from '../../chart/quantity';
import { formatCount, formatMoment, formatNumber, formatSeconds, formatValue } from '../../format';
import { trans } from '../../i18n/translation';
import type { ListedRun } from '../../messages';
import { statusTitle } from '../run_cells';

/** The text of a cell: a value, a quieter detail beside it, and a tooltip if it says more. */
export type CellText = readonly [text: string, detail?: string, tooltip?: string];

export interface Column {
  id: string;
  title: string;
  /** A tooltip, where the title is not enough. */
  help?: string;
  /** In pixels. */
  width: number;
  /** Whether the column takes the width that the others leave. */
  flexible?: boolean;
  /** Numbers are aligned to the right. */
  numeric?: boolean;
  /** Whether the first click sorts in descending order: the interesting end comes first. */
  descending?: boolean;
  cell: (run: ListedRun) => CellText;
}

const METRIC = 'metric:';
const CONFIG = 'config:';

/** How names of validation metrics begin. */
const VALIDATION = /^val_/;

/** The columns of every run, in order. */
export function runColumns(): Column[] {
  return [
    { id: 'name', title: trans.__('Run'), width: 130, cell: run => [run.name] },
    {
      id: 'status',
      title: trans.__('Status'),
      width: 96,
      cell: run => [statusTitle(run.status), '', run.error]
    },
    {
      id: 'loss',
      title: trans._p('the loss function of a run', 'Loss'),
      width: 120,
      cell: run => [run.loss]
    },
    {
      id: 'metric',
      title: trans.__('Metric'),
      help: trans.__("The task's metric at its best epoch, on validation data if there is any."),
      width: 124,
      numeric: true,
      descending: true,
      cell: run => [
        formatNumber(run.best),
        run.best === null ? '' : quantity(run.metric.replace(VALIDATION, '')).phrase
      ]
    },
    {
      id: 'val_loss',
      title: trans.__('Validation loss'),
      help: trans.__('The lowest over all epochs, and the last one if it differs.'),
      width: 148,
      numeric: true,
      cell: ({ val_loss, last_val_loss }) => [
        formatNumber(val_loss),
        last_val_loss === val_loss || last_val_loss === null
          ? ''
          : trans.__('last %1', formatNumber(last_val_loss))
      ]
    },
    {
      id: 'epochs',
      title: trans.__('Epochs'),
      width: 72,
      numeric: true,
      descending: true,
      cell: run => [`${formatCount(run.epoch)}/${formatCount(run.epochs)}`]
    },
    {
      id: 'started',
      title: trans.__('Started'),
      width: 110,
      descending: true,
      cell: run => [formatMoment(run.started)]
    },
    {
      id: 'duration',
      title: trans.__('Duration'),
      width: 76,
      numeric: true,
      descending: true,
      cell: run => [run.seconds === null ? '' : formatSeconds(run.seconds)]
    },
    { id: 'note', title: trans.__('Note'), width: 70, flexible: true, cell: run => [run.note] },
    {
      id: 'task',
      title: trans.__('Task'),
      width: 180,
      cell: run => [run.task.replaceAll('_', ' ')]
    },
    {
      id: 'steps',
      title: trans.__('Steps'),
      width: 100,
      numeric: true,
      descending: true,
      cell: run => [formatCount(run.steps)]
    },
    { id: 'device', title: trans.__('Device'), width: 100, cell: run => [run.device] },
    {
      id: 'seed',
      title: trans.__('Seed'),
      width: 90,
      numeric: true,
      cell: run => [run.seed === null ? '' : String(run.seed)]
    }
  ];
}

/** The columns shown until somebody chooses others. */
export const DEFAULT_COLUMNS: readonly string[] = [
  'name',
  'status',
  'loss',
  'metric',
  'val_loss',
  'epochs',
  'started',
  'duration',
  'note'
];

/** The ids of the columns for these hyperparameters and metrics. */
export function columnIds(config: readonly string[], metrics: readonly string[]): string[] {
  return [...config.map(name => CONFIG + name), ...metrics.map(name => METRIC + name)];
}

/** Whether the kernel sends a column's values only on request: a hyperparameter or a metric. */
export function isKernelColumn(id: string): boolean {
  return id.startsWith(CONFIG) || id.startsWith(METRIC);
}

/** The columns with these ids, in table order; the run's name is always there. */
export function columnsOf(ids: readonly string[]): Column[] {
  const ofEveryRun = runColumns().filter(({ id }) => id === 'name' || ids.includes(id));
  const ofKernel = ids.filter(isKernelColumn);
  return [...ofEveryRun, ...ofKernel.map((id, index) => kernelColumn(id, index))];
}

export function metricTitle(name: string): string {
  const { title } = quantity(name.replace(VALIDATION, ''));
  return VALIDATION.test(name) ? trans.__('%1 (validation)', title) : title;
}

export function columnTitle(id: string): string {
  const title = runColumns().find(column => column.id === id)?.title;
  return title ?? (id.startsWith(METRIC) ? metricTitle(nameOf(id)) : nameOf(id));
}

/** The heading under which the column menu lists a column. */
export function columnGroup(id: string): string {
  if (!isKernelColumn(id)) {
    return trans.__('Run');
  }
  return id.startsWith(METRIC) ? trans.__('Metrics') : trans.__('Hyperparameters');
}

function nameOf(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

/** @param index among the columns requested from the kernel. */
function kernelColumn(id: string, index: number): Column {
  const metric = id.startsWith(METRIC);
  return {
    id,
    title: columnTitle(id),
    width: 150,
    ...(metric ? { numeric: true, help: trans.__('Best over all epochs.') } : {}),
    cell: run => [valueText(run.values[index] ?? null)]
  };
}

function valueText(value: string | number | boolean | null): string {
  if (typeof value === 'number') {
    return formatValue(value);
  }
  return value === null ? '' : String(value);
}
