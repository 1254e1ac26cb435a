/**
 * What a run is doing, in one word and a tone.
 */

import { trans } from '../../i18n/translation';
import type { Progress, RunState, Status } from '../../messages';
import { isLive } from '../../store/run_data';
import { statusTitle } from '../../views/run_cells';

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

const TONES: Record<Status, Tone> = {
  queued: 'waiting',
  running: 'active',
  paused: 'waiting',
  completed: 'good',
  stopped: 'quiet',
  failed: 'bad',
  interrupted: 'waiting'
};

/** Whether the run goes on, as far as anybody knows. */
export function goesOn({ run, lost }: RunMoment): boolean {
  return run !== null && isLive(run) && !lost;
}

/** Whether TensorFlow still turns the training step into a graph. */
export function isCompiling(moment: RunMoment): boolean {
  const { progress } = moment;
  return goesOn(moment) && progress?.phase === 'compiling' && progress.step === 0;
}

export function phaseOf(moment: RunMoment): Phase {
  const { run, lost, preparing, refused } = moment;
  if (lost && (!run || isLive(run))) {
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
    : { word: statusTitle(run.status), tone: TONES[run.status] };
}
