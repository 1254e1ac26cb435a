/**
 * What the view *Runs* asks, and what it is sent.
 *
 * Written by `make protocol` from lossviz/wire/run_tables.py; change that.
 */

import type { Status } from './run_types';

/** The runs of this lab, those of this kernel, or all that are recorded. */
export type Scope = 'lab' | 'kernel' | 'all';

/** A page asks for some rows of its table of runs. */
export interface RunsRequest {
  type: 'runs';
  page: string;
  /** Counts the page's requests; comes back with the answer. */
  number: number;
  scope: Scope;
  /**
   * Words, each of which occurs in a run's name, loss, task, status, note or hyperparameters;
   * `name=value` is a hyperparameter.
   */
  filter: string;
  /** The name of a column. */
  sort: string;
  descending: boolean;
  /** Index of the first row. */
  start: number;
  count: number;
  /** What else each row is to tell: `config:` or `metric:`, and a name. */
  columns: string[];
  /** Whether to look for the runs again; else the order sent last remains. */
  anew: boolean;
}

/** A run in the table of runs. */
export interface ListedRun {
  id: string;
  name: string;
  status: Status;
  /** Index in the palette of run colours. */
  colour: number;
  task: string;
  loss: string;
  device: string;
  seed: number | null;
  /** The last one that has ended. */
  epoch: number;
  /** How many it is asked to make. */
  epochs: number;
  steps: number;
  /** Seconds since 1970. */
  started: number;
  /** From its start to its last step. */
  seconds: number | null;
  note: string;
  error: string;
  /** The name of the metric that says how good it is, or "". */
  metric: string;
  /** The best value of that. */
  best: number | null;
  /** The lowest validation loss. */
  val_loss: number | null;
  last_val_loss: number | null;
  /** Those of the columns that were asked for, in order. */
  values: (string | number | boolean | null)[];
  /** Whether it is on the charts. */
  shown: boolean;
  /** Why this lab cannot resume it; "" where it can. */
  resume: string;
}

/** Some rows of the table of runs, as the answer to a RunsRequest. */
export interface RunsPart {
  type: 'runs';
  page: string;
  number: number;
  /** How many rows the table has. */
  total: number;
  start: number;
  rows: ListedRun[];
  /** Why there are none; else "". */
  trouble: string;
}

/** A page asks which columns there are besides those of every run. */
export interface RunColumnsRequest {
  type: 'run_columns';
  page: string;
  number: number;
}

/** The names of all hyperparameters, and of all metrics, that any recorded run has. */
export interface RunColumns {
  type: 'run_columns';
  page: string;
  number: number;
  config: string[];
  metrics: string[];
}

/** A page asks in what some runs differ. */
export interface CompareRequest {
  type: 'compare_runs';
  page: string;
  number: number;
  runs: string[];
}

/** The head of a column of a comparison. */
export interface ComparedRun {
  id: string;
  name: string;
  colour: number;
}

/** A hyperparameter in which runs differ; "" where one does not have it. */
export interface ComparedSetting {
  name: string;
  values: string[];
}

/** A metric of some runs: of each the last and the best value of its epochs. */
export interface ComparedMetric {
  name: string;
  last: (number | null)[];
  best: (number | null)[];
}

/** Runs side by side, as the answer to a CompareRequest. */
export interface RunComparison {
  type: 'run_comparison';
  page: string;
  number: number;
  runs: ComparedRun[];
  settings: ComparedSetting[];
  metrics: ComparedMetric[];
  /** What is not to be compared; else "". */
  warning: string;
}

/** The user changes something about runs. */
export interface RunsChange {
  type: 'change_runs';
  page: string;
  number: number;
  change: 'rename' | 'note' | 'delete' | 'show' | 'hide' | 'resume';
  runs: string[];
  /** The new name or note; else "". */
  text: string;
  /** Whether this page can run a program in a real cell. */
  cell?: boolean;
}

/** The answer to a RunsChange. */
export interface RunsChanged {
  type: 'runs_changed';
  page: string;
  number: number;
  /** Why it was not done, or not for all of them; else "". */
  trouble: string;
}
