/**
 * Every message between a kernel and a page, typed.
 *
 * Numbers of a run travel in the message's binary buffers, little-endian, never as JSON.
 *
 * Written by `make protocol` from lossviz/wire/messages.py and lossviz/wire/run_types.py; change
 * that.
 */

import type { KeptLoss } from './lab_traits';

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

/** What there is to know of a series of a run beside its values. */
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

/** All that a page shows of a run beside its series. */
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
 * value of each bucket and each raw value stand; `raw_start` counts its values, not steps.
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

/**
 * The version of these messages. A page and a kernel of different ones do not understand each
 * other.
 */
export const PROTOCOL = 2;

/**
 * The kernel's answer to an Attach: everything a page needs, bounded in size.
 *
 * Buffers: `[times, learning_rates]`, then those of each part of `series`. `times` and
 * `learning_rates` are the knots of polylines, float64: first numbers of steps taken, then as many
 * values, the seconds since the run started and the rate of the step that follows. Two knots with
 * the same number of steps are a jump.
 */
export interface Snapshot {
  type: 'snapshot';
  /** The page that asked; other pages ignore the message. */
  page: string;
  /** The next append for this run carries this number plus one. */
  sequence: number;
  run: RunState | null;
  progress: Progress | null;
  /** Those that the page has asked for, as far as the run has them. */
  series: SeriesPart[];
  /** Of a run with thousands of epochs some; the least and the greatest losses among them. */
  rows: EpochRow[];
  /** Oldest first. */
  earlier: EarlierRun[];
}

/** The trait `saved` of the lab: a small snapshot that stays in a notebook with widget state. */
export interface Saved {
  message: Snapshot;
  buffers: DataView[];
}

/**
 * What is new since the last append. Buffers: those of each of `series`, in order.
 *
 * It is for all pages: one holds what it has asked for, and lets the rest go by.
 */
export interface Append {
  type: 'append';
  run: string;
  sequence: number;
  progress: Progress;
  series: SeriesNews[];
  /** Epochs that ended since the last append; of very many some, as in a Snapshot. */
  rows?: EpochRow[];
  /**
   * New knots of the run's times, each a number of steps and seconds. After the last knot the line
   * goes on to `progress.step` and `progress.seconds`.
   */
  times?: number[][];
  /** New knots of its learning rate. */
  learning_rates?: number[][];
  /** That of the latest steps, where a schedule has changed it since the last knot. */
  learning_rate?: number;
  /** Sent when anything in it has changed. */
  state?: RunState;
}

/** Steps of a run, as the answer to a RangeRequest. Buffers: those of its part. */
export interface Range {
  type: 'range';
  page: string;
  number: number;
  run: string;
  part: SeriesPart;
}

/** Put the program, the `text` of the trait `code`, on show; the answer to a person's press. */
export interface Program {
  type: 'program';
  page: string;
  /** Whether to run its cell: Train was pressed and nothing stands in the way. */
  run: boolean;
  /** The program's revision; what the page has typed since belongs to it, too. */
  revision: number;
}

/** The same training without lossviz, as the answer to the command `script`. */
export interface Script {
  type: 'script';
  page: string;
  text: string;
  /** What is to be known about it; without a text, why there is none. */
  message: string;
}

/** One line of a comparison. */
export interface DiffLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/** A rewritten loss function against the catalogue's, as the answer to `compare`. */
export interface Comparison {
  type: 'comparison';
  page: string;
  title: string;
  lines: DiffLine[];
}

/** What the model says of a few held-out samples, as the answer to the command `predict`. */
export interface Predictions {
  type: 'predictions';
  page: string;
  /** A Plotly figure as JSON; "" where there is none. */
  figure: string;
  /** Why there is none; else "". */
  text: string;
}

/** Plotly's bundle for a page without the extension. Buffers: `[JavaScript text, UTF-8]`. */
export interface Plotly {
  type: 'plotly';
  page: string;
}

/** A page asks for a snapshot: at its start, when it shows other series, and after a gap. */
export interface Attach {
  type: 'attach';
  page: string;
  /** The version of the messages that it understands. */
  protocol: number;
  /** Those that it shows, beside "loss", which comes always. */
  series: string[];
}

/** A page has taken appends: it says so every few seconds while some come. */
export interface Seen {
  type: 'seen';
  page: string;
}

/** A page's view of the lab is gone, such as when its cell is run again. */
export interface Detach {
  type: 'detach';
  page: string;
}

/** A page asks for steps that it does not have, or only as buckets. */
export interface RangeRequest {
  type: 'range';
  page: string;
  /** Counts the page's requests; comes back with the answer. */
  number: number;
  run: string;
  /** Its name. */
  series: string;
  /** Index of the first step. */
  start: number;
  /** Index after the last step. */
  stop: number;
  /** Up to so many steps come raw; of more, the extremes of so many buckets. */
  points: number;
  /**
   * The weight of the past in a moving average of the steps, from 0 (none) to under 1: for more
   * steps than the page could average itself.
   */
  smoothing: number;
}

/** A person changed a field. `value` is the text as typed, or the value that was chosen. */
export interface Edit {
  type: 'edit';
  page: string;
  /** Counts the page's edits, from 1. */
  number: number;
  field: string;
  value: string;
}

/** What stands in an editor of the program on a page, after a person has typed there. */
export interface Source {
  type: 'source';
  page: string;
  /** Counts the page's sources, from 1. */
  number: number;
  /** The program's revision from which the text was made; -1 while the page has seen none. */
  revision: number;
  text: string;
  /** The id of the notebook cell that holds it; "" for the lab's own code box. */
  cell: string;
  /** Nobody has typed: the page has found a text that is not the program's. */
  opening: boolean;
  /** The loss from which its custom loss was made, where the notebook says so; else "". */
  made_from: string;
}

/** The losses that the notebook keeps, told to a lab that does not know them yet. */
export interface KeptLosses {
  type: 'kept_losses';
  page: string;
  losses: KeptLoss[];
}

/** A person pressed a button. */
export interface Command {
  type: 'command';
  command:
    | 'train'
    | 'pause'
    | 'resume'
    | 'stop'
    | 'reset'
    | 'show_code'
    | 'apply_learning_rate'
    | 'fill'
    | 'predict'
    | 'step'
    | 'replace'
    | 'replace_loss'
    | 'keep_loss'
    | 'reset_loss'
    | 'compare'
    | 'script'
    | 'save_cell'
    | 'not_run'
    | 'cancel_queued'
    | 'clear_runs'
    | 'confirm'
    | 'dismiss'
    | 'follow'
    | 'first_weights';
  page: string;
  /** Whether this page can run the program in a real cell. */
  cell: boolean;
}

/** A page without the extension asks for Plotly, once. */
export interface PlotlyRequest {
  type: 'plotly';
  page: string;
}

export type FromKernel =
  Snapshot | Append | Range | Program | Predictions | Plotly | Script | Comparison;

export type FromPage =
  Attach | Detach | Seen | RangeRequest | Edit | Command | PlotlyRequest | Source | KeptLosses;
