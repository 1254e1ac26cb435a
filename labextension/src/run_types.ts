/**
 * What messages say of runs and their series.
 *
 * Written by `make protocol` from lossviz/wire/run_types.py; change that.
 */

/** The life of a run. The first three are alive, the others are ends. */
export type Status =
  'queued' | 'running' | 'paused' | 'completed' | 'stopped' | 'failed' | 'interrupted';

/** Why a run failed, in words for a newcomer, with the traceback one click away. */
export interface ErrorState {
  message: string;
  traceback: string;
  step: number;
}

/** Where a run is. Sent with every append, so its keys are few and its values short. */
export interface Progress {
  /** Steps taken so far. */
  step: number;
  /** The current epoch, counted from 1; 0 before the first step. */
  epoch: number;
  /** Index in the run's series of the current epoch's first step. */
  epoch_start: number;
  /** What the trainer is doing: "waiting", "compiling", "training", "validating" or "". */
  phase: string;
  /** Steps per second over the last seconds; 0 while unknown. */
  rate: number;
  /** Seconds to the end of the run; null while unknown and after the end. */
  left: number | null;
  /** When the latest step was taken, in seconds since the run started, pauses included. */
  seconds: number;
}

/** The means of one finished epoch. A loss that is not finite travels as null. */
export interface EpochRow {
  /** Counted from 1. */
  epoch: number;
  first_step: number;
  steps: number;
  /** Keras' names: loss, val_loss, accuracy, val_accuracy, ... */
  metrics: Record<string, number | null>;
  /** A tenth of the epoch's steps had a smaller loss. */
  low: number | null;
  /** A tenth of the epoch's steps had a greater loss. */
  high: number | null;
  /** When its last step was taken, in seconds since the run started. */
  seconds: number | null;
  /** That of its last step. */
  learning_rate: number | null;
}

/** Something that happened to a run, to be marked on its charts. */
export interface EventMark {
  /** Such as "learning_rate", "paused", "resumed", "nan", "warning", "failed". */
  kind: string;
  /** How many steps had been taken. */
  step: number;
  text: string;
}

/** What there is to know of a series of a run besides its values. */
export interface SeriesState {
  name: string;
  /**
   * One value for each step; or at some steps only, logged by user code, or what the process uses,
   * about once a second.
   */
  kind: 'step' | 'logged' | 'resource';
  /** Such as "MB"; "" for a plain number. */
  unit: string;
}

/** All that a page shows of a run besides its series. */
export interface RunState {
  id: string;
  name: string;
  status: Status;
  /** How many epochs the run is asked to make. */
  epochs: number;
  steps_per_epoch: number | null;
  device: string;
  /** Index in the palette of run colours. */
  colour: number;
  /** The name of the loss. */
  loss: string;
  /** The latest of each kind, without starts and ends that went well. */
  events: EventMark[];
  /** After which steps one was written; of many an even choice. */
  checkpoints: number[];
  error: ErrorState | null;
  /** What a page can ask for; "loss" first. */
  series: SeriesState[];
}

/** A run of the same lab before the one that is followed, bounded in size. */
export interface EarlierRun {
  run: RunState;
  progress: Progress;
  rows: EpochRow[];
  /** The loss of its last step. */
  last: number | null;
  /** The least loss of all its steps. */
  best: number | null;
}

/**
 * A range of a series in bounded size: buckets, then raw values.
 *
 * Buffers: `[minimum, maximum, raw]`, float32. `minimum` and `maximum` hold `buckets` values each:
 * bucket i covers the steps `start + i * width` to `start + (i + 1) * width`. `raw` holds every
 * step from `raw_start` on. Of a `sparse` series two more, float64: the steps at which the first
 * value of each bucket and each raw value are; `raw_start` counts its values, not steps.
 */
export interface SeriesPart {
  name: string;
  start: number;
  width: number;
  buckets: number;
  raw_start: number;
  /** The least value of all; null of a sparse series. */
  best: number | null;
  sparse: boolean;
}

/** What is new of a series. Buffers: `[values]`, float32; of a sparse one their steps, too. */
export interface SeriesNews {
  name: string;
  /** Index in the series of the first value. */
  start: number;
  sparse?: boolean;
  /**
   * There were more values than may travel: this, and its buffers, take the place of all that the
   * page holds.
   */
  part?: SeriesPart;
}
