/**
 * What a run is doing, in one word and a tone.
 */

import { trans } from '../../i18n/translation';
import type { Progress, RunState, Status } from '../../messages';

export type Tone = 'quiet' | 'active' | 'good' | 'waiting' | 'bad';

export interface Phase {
  word: string;
  tone: Tone;
}

/** All that the head knows of the run that it names. */
export interface RunMoment {
  /** Null before the first run. */
  run: RunState | null;
  progress: Progress | null;
  /** In the place of what a live run was doing when its kernel was last heard; else "". */
  lost: string;
  /** Whether a program is on its way to start a run. */
  preparing: boolean;
  /** Whether a program was to start a run and did not. */
  refused: boolean;
}

const LIVE: readonly Status[] = ['queued', 'running', 'paused'];

/** Whether the run goes on, as far as anybody knows. */
export function isLive({ run, lost }: RunMoment): boolean {
  return run !== null && LIVE.includes(run.status) && !lost;
}

/** Whether TensorFlow still turns the training step into a graph. */
export function isCompiling(moment: RunMoment): boolean {
  const { progress } = moment;
  return isLive(moment) && progress?.phase === 'compiling' && progress.step === 0;
}

export function phaseOf(moment: RunMoment): Phase {
  const { run, lost, preparing, refused } = moment;
  if (lost && (!run || LIVE.includes(run.status))) {
    return { word: lost, tone: 'waiting' };
  }
  if (!run) {
    const idle: Phase = refused
      ? { word: trans.__('Not started'), tone: 'bad' }
      : { word: trans.__('Ready'), tone: 'quiet' };
    return preparing ? { word: trans.__('Preparing'), tone: 'active' } : idle;
  }
  return isCompiling(moment)
    ? { word: trans.__('Compiling'), tone: 'active' }
    : phaseOfStatus(run.status);
}

function phaseOfStatus(status: Status): Phase {
  switch (status) {
    case 'queued':
      return { word: trans.__('Queued'), tone: 'waiting' };
    case 'running':
      return { word: trans.__('Running'), tone: 'active' };
    case 'paused':
      return { word: trans.__('Paused'), tone: 'waiting' };
    case 'completed':
      return { word: trans.__('Completed'), tone: 'good' };
    case 'stopped':
      return { word: trans.__('Stopped'), tone: 'quiet' };
    case 'failed':
      return { word: trans.__('Failed'), tone: 'bad' };
    case 'interrupted':
      return { word: trans.__('Interrupted'), tone: 'waiting' };
  }
}
