/**
 * Every message between a kernel and a page, typed.
 *
 * Numbers of a run travel in the message's binary buffers, little-endian, never as JSON.
 *
 * Written by `make protocol` from lossviz/wire/messages.py; change that.
 */

import type { SavedLoss } from './lab_traits';
import type {
  CompareRequest,
  RunColumns,
  RunColumnsRequest,
  RunComparison,
  RunsChange,
  RunsChanged,
  RunsPart,
  RunsRequest
} from './run_tables';
import type { EarlierRun, EpochRow, Progress, RunState, SeriesNews, SeriesPart } from './run_types';

export type * from './run_tables';
export type * from './run_types';

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
  /** Of a run with thousands of epochs some; the lowest and the highest losses among them. */
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
   * continues to `progress.step` and `progress.seconds`.
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

/** Show the program, the `text` of the trait `program`; the answer to a press of a button. */
export interface Program {
  type: 'program';
  page: string;
  /** Whether to run its cell: Train was pressed and nothing prevents it. */
  run: boolean;
  /** The program's revision; what the page has typed since belongs to it, too. */
  revision: number;
}

/** The same training without lossviz, as the answer to the command `script`. */
export interface Script {
  type: 'script';
  page: string;
  text: string;
  /** A remark about it; without a text, why there is none. */
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

/** The model's predictions for a few validation samples, as the answer to `predict`. */
export interface Predictions {
  type: 'predictions';
  page: string;
  /** A Plotly figure as JSON; "" where there is none. */
  figure: string;
  /** Why there is none; else "". */
  text: string;
}

/** A module for a page that cannot have it from the extension. Buffers: `[its text, UTF-8]`. */
export interface Bundle {
  type: 'bundle';
  page: string;
  name: 'cartesian' | 'katex' | 'editor';
}

/** A page asks for a snapshot: at its start, when it shows other series, and after a gap. */
export interface Attach {
  type: 'attach';
  page: string;
  /** The version of the messages that it understands. */
  protocol: number;
  /** Those that it shows, besides "loss", which comes always. */
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
  /** Up to this number of steps come raw; more, as the extremes of this number of buckets. */
  points: number;
  /**
   * The weight of the past in a moving average of the steps, from 0 (none) to under 1: for more
   * steps than the page could average itself.
   */
  smoothing: number;
}

/** The user changed a field. `value` is the text as typed, or the value that was chosen. */
export interface Edit {
  type: 'edit';
  page: string;
  /** Counts the page's edits, from 1. */
  number: number;
  field: string;
  value: string;
}

/** The text of the program's editor on a page, after the user has typed there. */
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

/** The losses saved in the notebook, for a lab that does not know them yet. */
export interface SavedLosses {
  type: 'kept_losses';
  page: string;
  losses: SavedLoss[];
}

/** The user pressed a button. */
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

/** A page needs a module that is too large to come with every lab, and asks for it once. */
export interface BundleRequest {
  type: 'bundle';
  page: string;
  /** Plotly for flat axes, KaTeX, or CodeMirror. */
  name: 'cartesian' | 'katex' | 'editor';
}

export type FromKernel =
  | Snapshot
  | Append
  | Range
  | Program
  | Predictions
  | Bundle
  | Script
  | Comparison
  | RunsPart
  | RunColumns
  | RunComparison
  | RunsChanged;

export type FromPage =
  | Attach
  | Detach
  | Seen
  | RangeRequest
  | Edit
  | Command
  | BundleRequest
  | Source
  | SavedLosses
  | RunsRequest
  | RunColumnsRequest
  | CompareRequest
  | RunsChange;
