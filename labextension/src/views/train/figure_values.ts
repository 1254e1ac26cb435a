/**
 * The figures above the charts: what the run has reached, and how that compares.
 */

import { better, metricFormat, quantity } from '../../chart/quantity';
import { bestRow, latestRow, taskMetric } from '../../chart/run_metrics';
import { formatCount, formatNumber, formatShare } from '../../format';
import { trans } from '../../i18n/translation';
import { GRADIENT_NORM, LOSS, type RunData } from '../../store/run_data';

/** So many steps are averaged: a single gradient's norm jumps too much to be read. */
const WINDOW = 50;

/** Of the mean; less is called steady. */
const NOTICEABLE = 0.1;

const VALIDATION = 'val_';

export interface FigureValue {
  title: string;
  /** Empty while nothing is known. */
  value: string;
  /** Whether the value says that something went wrong. */
  bad?: boolean;
  /** The difference from the run before, and which of the two is better. */
  change?: { text: string; verdict: 'better' | 'worse' | '' };
  /** What stands behind the change, or in its place. */
  detail: string;
}

/**
 * The four figures of a run.
 *
 * @param run the run on the charts; null while there is none.
 * @param before the run to compare it with.
 */
export function figuresOf(run: RunData | null, before: RunData | undefined): FigureValue[] {
  const begun = run && run.progress.step > 0 ? run : undefined;
  // Until a run has begun nobody knows what it has; most likely the same as the one before.
  const described = begun ?? before;
  const metric = described && taskMetric(described);
  const gradient = begun
    ? gradientNorm(begun)
    : { title: quantity(GRADIENT_NORM).title, value: '', detail: '' };
  const best = bestEpoch(run);
  return [
    trainingLoss(run, before),
    validationLoss(run, before),
    metric === undefined ? best : metricFigure(metric, run, before),
    gradient ?? (metric === undefined ? learningRate(run) : best)
  ];
}

function trainingLoss(run: RunData | null, before: RunData | undefined): FigureValue {
  const title = trans.__('Training loss');
  if (run) {
    const failed = divergence(run);
    if (failed !== undefined) {
      return { title, value: trans.__('Diverged'), bad: true, detail: failed };
    }
    if (!latestRow(run, LOSS)) {
      const value = run.epochs.count || run.last === null ? '' : formatNumber(run.last);
      return { title, value, detail: value && trans.__('latest batch') };
    }
    if (before && before.state.loss !== run.state.loss) {
      return {
        ...lossFigure(title, LOSS, run, undefined),
        detail: trans.__('%1: other loss', before.state.name)
      };
    }
  }
  return lossFigure(title, LOSS, run, before);
}

function validationLoss(run: RunData | null, before: RunData | undefined): FigureValue {
  const comparable = before?.state.loss === run?.state.loss ? before : undefined;
  return lossFigure(trans.__('Validation loss'), VALIDATION + LOSS, run, comparable);
}

function lossFigure(
  title: string,
  name: string,
  run: RunData | null,
  before: RunData | undefined
): FigureValue {
  return { title, ...compared(name, run, before, formatNumber) };
}

function metricFigure(name: string, run: RunData | null, before: RunData | undefined): FigureValue {
  const { title, phrase } = quantity(name);
  const held = run?.epochs.all.some(row => VALIDATION + name in row.metrics);
  const trained = run?.epochs.all.some(row => name in row.metrics);
  const shown = held ? VALIDATION + name : name;
  const value = run && latestRow(run, shown)?.metrics[shown];
  const format = metricFormat(name, value ?? 0);
  return {
    title: held
      ? trans.__('Validation %1', phrase)
      : trained
        ? trans.__('Training %1', phrase)
        : title,
    ...compared(shown, run, before, format)
  };
}

/** The latest value of a metric with its change, or its best value. */
function compared(
  name: string,
  run: RunData | null,
  before: RunData | undefined,
  format: (value: number) => string
): Omit<FigureValue, 'title'> {
  const row = run ? latestRow(run, name) : undefined;
  const value = row?.metrics[name];
  if (!run || !row || value === undefined || value === null) {
    const broken = row !== undefined;
    return { value: broken ? trans.__('Not finite') : '', bad: broken, detail: '' };
  }
  const direction = better(name);
  // A live run is as far as the other one was at this epoch; what has ended is compared as it ended.
  const other = before && latestRow(before, name, run.live ? row.epoch : Infinity);
  const theirs = other?.metrics[name];
  if (before && other && theirs !== undefined && theirs !== null) {
    const text = difference(value - theirs, format);
    const theirName = before.state.name;
    const versus = run.live
      ? trans.__('%1, epoch %2', theirName, formatCount(other.epoch))
      : theirName;
    if (!text) {
      return { value: format(value), detail: trans.__('same as %1', versus) };
    }
    const improved = direction && value < theirs === (direction === 'lower');
    const verdict = improved === undefined ? '' : improved ? 'better' : 'worse';
    return { value: format(value), change: { text, verdict }, detail: trans.__('vs %1', versus) };
  }
  return { value: format(value), detail: direction ? bestOf(run, name, direction, format) : '' };
}

function bestOf(
  run: RunData,
  name: string,
  direction: 'lower' | 'higher',
  format: (value: number) => string
): string {
  const best = bestRow(run.epochs.all, name, direction);
  const value = best?.metrics[name];
  if (!best || value === undefined || value === null || run.epochs.count < 2) {
    return '';
  }
  if (best === latestRow(run, name)) {
    return run.live
      ? trans.__('best so far')
      : trans.__('best of %1 epochs', formatCount(run.epochs.count));
  }
  return trans.__('best %1 at epoch %2', format(value), formatCount(best.epoch));
}

/** With its sign; "" where no digit that is shown differs. */
function difference(change: number, format: (value: number) => string): string {
  const size =
    format === formatShare
      ? trans.__('%1 points', (100 * Math.abs(change)).toFixed(1))
      : formatNumber(Math.abs(change));
  return /[1-9]/.test(size) ? `${change < 0 ? '−' : '+'}${size}` : '';
}

/** The mean of the latest steps, and where it is going; undefined where a run has none. */
function gradientNorm(run: RunData): FigureValue | undefined {
  const described = run.state.series.find(({ name }) => name === GRADIENT_NORM);
  const steps = run.series(GRADIENT_NORM);
  if (described?.kind !== 'step' || (steps.length === 0 && !run.live)) {
    return undefined;
  }
  const { title } = quantity(GRADIENT_NORM);
  const { length } = steps;
  const now = mean(steps.raw(length - WINDOW, length));
  if (now === undefined) {
    // A saved notebook has only a few of the steps, and no mean of the last ones.
    return run.live ? { title, value: '', detail: '' } : undefined;
  }
  if (!Number.isFinite(now)) {
    return { title, value: trans.__('Not finite'), bad: true, detail: '' };
  }
  const past =
    length < 2 * WINDOW ? undefined : mean(steps.raw(length - 2 * WINDOW, length - WINDOW));
  const grown = past ? now / past - 1 : undefined;
  const trend =
    grown === undefined || Math.abs(grown) < NOTICEABLE
      ? ''
      : grown < 0
        ? trans.__('falling')
        : trans.__('rising');
  const several = trans.__('mean of the last %1 steps', Math.min(length, WINDOW));
  return { title, value: formatNumber(now), detail: run.live && trend ? trend : several };
}

function mean(values: Float32Array): number | undefined {
  return values.length ? values.reduce((sum, one) => sum + one, 0) / values.length : undefined;
}

function bestEpoch(run: RunData | null): FigureValue {
  const title = trans.__('Best epoch');
  const rows = run?.epochs.all ?? [];
  const held = rows.some(row => VALIDATION + LOSS in row.metrics);
  const best = bestRow(rows, held ? VALIDATION + LOSS : LOSS, 'lower');
  return best
    ? {
        title,
        value: formatCount(best.epoch),
        detail: held ? trans.__('lowest validation loss') : trans.__('lowest training loss')
      }
    : { title, value: '', detail: '' };
}

function learningRate(run: RunData | null): FigureValue {
  const rate = run?.epochs.all.at(-1)?.learning_rate ?? null;
  return { title: trans.__('Learning rate'), value: formatNumber(rate), detail: '' };
}

/** Where a run's loss stopped being a number; undefined where it did not. */
function divergence(run: RunData): string | undefined {
  const nan = run.state.events.filter(({ kind }) => kind === 'nan').at(-1);
  if (nan) {
    return trans.__('at step %1', formatCount(nan.step));
  }
  const row = run.epochs.all.at(-1);
  if (row && row.metrics[LOSS] === null) {
    return trans.__('in epoch %1', formatCount(row.epoch));
  }
  const { last } = run.series(GRADIENT_NORM);
  const numbers = [run.last, last].filter(one => one !== null && one !== undefined);
  return numbers.every(Number.isFinite)
    ? undefined
    : trans.__('at step %1', formatCount(run.progress.step));
}
