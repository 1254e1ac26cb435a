/**
 * The columns of the table of runs: those of every run, and one for each hyperparameter and metric.
 */

import { quantity } from '../../chart/quantity';
import { formatCount, formatMoment, formatNumber, formatSeconds } from '../../format';
import type { ListedRun } from '../../messages';

/** What a cell shows: the value, and beside it what it is. */
export type CellText = readonly [text: string, detail?: string];

export interface Column {
  id: string;
  title: string;
  /** More about it, where its title does not say enough. */
  help?: string;
  /** In pixels. */
  width: number;
  /** Numbers stand at the right, below each other. */
  numeric?: boolean;
  /** Which order comes first when it is chosen: what people look for is on top. */
  descending?: boolean;
  cell: (run: ListedRun) => CellText;
}

const METRIC = 'metric:';
const CONFIG = 'config:';

/** What the names of metrics on held-out data begin with. */
const HELD = /^val_/;

/** The columns of every run, in order. */
export const PLAIN: readonly Column[] = [
  { id: 'name', title: 'Run', width: 150, cell: run => [run.name] },
  { id: 'status', title: 'Status', width: 90, cell: run => [run.status] },
  { id: 'loss', title: 'Loss', width: 120, cell: run => [run.loss] },
  {
    id: 'metric',
    title: 'Metric',
    help: "The task's metric, on held-out data where there are some: its best epoch.",
    width: 140,
    numeric: true,
    descending: true,
    cell: run => [
      formatNumber(run.best),
      run.best === null ? '' : quantity(run.metric.replace(HELD, '')).phrase
    ]
  },
  {
    id: 'val_loss',
    title: 'Validation loss',
    help: 'The lowest of all epochs, and the last one where it is another.',
    width: 160,
    numeric: true,
    cell: ({ val_loss, last_val_loss }) => [
      formatNumber(val_loss),
      last_val_loss === val_loss || last_val_loss === null
        ? ''
        : `last ${formatNumber(last_val_loss)}`
    ]
  },
  {
    id: 'epochs',
    title: 'Epochs',
    width: 80,
    numeric: true,
    descending: true,
    cell: run => [`${formatCount(run.epoch)}/${formatCount(run.epochs)}`]
  },
  {
    id: 'started',
    title: 'Started',
    width: 110,
    descending: true,
    cell: run => [formatMoment(run.started)]
  },
  {
    id: 'duration',
    title: 'Duration',
    width: 84,
    numeric: true,
    descending: true,
    cell: run => [run.seconds === null ? '' : formatSeconds(run.seconds)]
  },
  { id: 'note', title: 'Note', width: 180, cell: run => [run.note] },
  { id: 'task', title: 'Task', width: 180, cell: run => [run.task.replaceAll('_', ' ')] },
  {
    id: 'steps',
    title: 'Steps',
    width: 100,
    numeric: true,
    descending: true,
    cell: run => [formatCount(run.steps)]
  },
  { id: 'device', title: 'Device', width: 100, cell: run => [run.device] },
  {
    id: 'seed',
    title: 'Seed',
    width: 90,
    numeric: true,
    cell: run => [run.seed === null ? '' : String(run.seed)]
  }
];

/** Those that are shown until somebody chooses others. */
export const DEFAULT: readonly string[] = [
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

/** The names of the columns of all hyperparameters and all metrics. */
export function namesOf(config: readonly string[], metrics: readonly string[]): string[] {
  return [...config.map(name => CONFIG + name), ...metrics.map(name => METRIC + name)];
}

/** Whether the kernel has to be asked for a column's values. */
export function isExtra(id: string): boolean {
  return id.startsWith(CONFIG) || id.startsWith(METRIC);
}

/** The columns of these names, in the order of the table; the run's name always is one. */
export function columnsOf(ids: readonly string[]): Column[] {
  const plain = PLAIN.filter(({ id }) => id === 'name' || ids.includes(id));
  const extra = ids.filter(isExtra);
  return [...plain, ...extra.map((id, index) => extraColumn(id, index))];
}

/** A metric in words. */
export function metricTitle(name: string): string {
  const { title } = quantity(name.replace(HELD, ''));
  return HELD.test(name) ? `${title}, validation` : title;
}

/** How the choice of a column is called. */
export function titleOf(id: string): string {
  const plain = PLAIN.find(one => one.id === id);
  return plain?.title ?? (id.startsWith(METRIC) ? metricTitle(nameOf(id)) : nameOf(id));
}

/** Which group of the choice of columns a column belongs to. */
export function groupOf(id: string): string {
  return isExtra(id) ? (id.startsWith(METRIC) ? 'Metrics' : 'Hyperparameters') : 'Runs';
}

function nameOf(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

/** @param index of the column among those that the kernel was asked for. */
function extraColumn(id: string, index: number): Column {
  const metric = id.startsWith(METRIC);
  return {
    id,
    title: titleOf(id),
    width: 150,
    ...(metric ? { numeric: true, help: 'The best of all epochs.' } : {}),
    cell: run => [valueText(run.values[index] ?? null)]
  };
}

function valueText(value: string | number | boolean | null): string {
  if (typeof value === 'number') {
    return Number.isInteger(value) ? formatCount(value) : formatPlain(value);
  }
  return value === null ? '' : String(value);
}

/** A setting as it was given: 0.1 is not 0.1000. */
function formatPlain(value: number): string {
  return String(Number(value.toPrecision(6)));
}
