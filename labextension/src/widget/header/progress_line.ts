/**
 * How far a run is: a thin line over the full width, and the same in words.
 */

import { setText } from '../../controls/set_text';
import { formatCount, formatSeconds } from '../../format';
import { trans } from '../../i18n/translation';
import type { Progress, RunState } from '../../messages';
import { part } from './part';
import { goesOn, isCompiling, type RunMoment } from './run_phase';

export class ProgressLine {
  /** The line. */
  readonly element = part('div', 'lossviz-progress');
  /** Epoch, rate, time and device. */
  readonly facts = part('div', 'lossviz-facts');
  private _fill = part('div', 'lossviz-progress-fill');

  constructor() {
    this.element.setAttribute('role', 'progressbar');
    this.element.setAttribute('aria-label', trans.__('Training progress'));
    this.element.setAttribute('aria-valuemin', '0');
    this.element.setAttribute('aria-valuemax', '100');
    this.element.append(this._fill);
  }

  show(moment: RunMoment): void {
    const { run, progress, preparing } = moment;
    const starting = isCompiling(moment) || (preparing && !run);
    const share = run && progress ? done(run, progress) : 0;
    this.element.classList.toggle('lossviz-indeterminate', starting);
    if (starting || share === null) {
      this.element.removeAttribute('aria-valuenow');
    } else {
      set(this.element, 'aria-valuenow', String(Math.floor(100 * share)));
    }
    // A width would cost the page a layout at each change.
    this._fill.style.transform = starting ? '' : `scaleX(${(share ?? 0).toFixed(4)})`;
    set(this.element, 'aria-valuetext', inWords(moment, share, starting));
    this._showFacts(facts(moment));
  }

  private _showFacts(texts: readonly string[]): void {
    const { children } = this.facts;
    while (children.length > texts.length) {
      children[children.length - 1]?.remove();
    }
    texts.forEach((text, index) => {
      const fact = children[index] ?? this.facts.appendChild(document.createElement('span'));
      setText(fact, text);
    });
  }
}

function set(element: HTMLElement, name: string, value: string): void {
  if (element.getAttribute(name) !== value) {
    element.setAttribute(name, value);
  }
}

/** The share of a run's steps that are done, or null while nobody knows how many there are. */
function done(run: RunState, progress: Progress): number | null {
  if (run.status === 'completed') {
    return 1;
  }
  if (!run.steps_per_epoch) {
    return progress.epoch ? (progress.epoch - 1) / run.epochs : null;
  }
  return Math.min(1, progress.step / (run.steps_per_epoch * run.epochs));
}

/** What stands at the right of the head; what is not known is left out. */
function facts(moment: RunMoment): string[] {
  const { run, progress } = moment;
  if (!run || !progress) {
    return [];
  }
  const live = goesOn(moment);
  const time = live
    ? progress.left !== null && trans.__('%1 left', formatSeconds(progress.left))
    : progress.seconds > 0 && trans.__('took %1', formatSeconds(progress.seconds));
  return [
    progress.epoch > 0 && epochOf(run, progress),
    live && progress.rate > 0 && trans.__('%1 steps/s', formatCount(progress.rate)),
    time,
    run.device.replace(/:0$/, '').replace(':', ' ')
  ].filter(fact => typeof fact === 'string' && fact !== '') as string[];
}

function epochOf(run: RunState, { epoch }: Progress): string {
  return trans.__('epoch %1 of %2', formatCount(epoch), formatCount(run.epochs));
}

function inWords(moment: RunMoment, share: number | null, starting: boolean): string {
  const { run, progress } = moment;
  if (starting) {
    return run ? trans.__('Compiling the training step') : trans.__('Preparing data and model');
  }
  if (!run || !progress) {
    return trans.__('Nothing is running');
  }
  if (run.status === 'queued') {
    return trans.__('Waiting for another run to finish');
  }
  return [
    share !== null && trans.__('%1 %%', Math.floor(100 * share)),
    epochOf(run, progress),
    progress.step > 0 && trans.__('step %1', formatCount(progress.step)),
    goesOn(moment) && progress.left !== null && trans.__('%1 left', formatSeconds(progress.left))
  ]
    .filter(Boolean)
    .join(', ');
}
