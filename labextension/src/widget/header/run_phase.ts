/**
 * What a run is doing, in one word and a tone.
 */

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

const PHASES: Record<Status, Phase> = {
  queued: { word: 'Queued', tone: 'waiting' },
  running: { word: 'Running', tone: 'active' },
  paused: { word: 'Paused', tone: 'waiting' },
  completed: { word: 'Completed', tone: 'good' },
  stopped: { word: 'Stopped', tone: 'quiet' },
  failed: { word: 'Failed', tone: 'bad' },
  interrupted: { word: 'Interrupted', tone: 'waiting' }
};

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
      ? { word: 'Not started', tone: 'bad' }
      : { word: 'Ready', tone: 'quiet' };
    return preparing ? { word: 'Preparing', tone: 'active' } : idle;
  }
  return isCompiling(moment) ? { word: 'Compiling', tone: 'active' } : PHASES[run.status];
}
