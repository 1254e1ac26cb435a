/**
 * A lab's traits as they should be. A notebook keeps them, and it may be another version's, broken,
 * or of somebody's making: what has not the right shape is left out.
 */

import type { Action, Choice, Field, Form, LossShape, StatusLine } from '../lab_traits';
import type { Saved, SeriesPart, Snapshot } from '../messages';

type Check = (value: unknown) => boolean;

const text: Check = value => typeof value === 'string';
const number: Check = value => typeof value === 'number';
const truth: Check = value => typeof value === 'boolean';
const orNull =
  (check: Check): Check =>
  value =>
    value === null || check(value);
const oneOf =
  (...values: readonly string[]): Check =>
  value =>
    values.includes(value as string);
const listOf =
  (check: Check): Check =>
  value =>
    Array.isArray(value) && value.every(check);
const recordOf =
  (check: Check): Check =>
  value =>
    isObject(value) && Object.values(value).every(check);

/** Every key of the shape must be there. */
function shape<T>(checks: Record<keyof T, Check>): Check {
  return value =>
    isObject(value) && Object.entries(checks).every(([key, check]) => (check as Check)(value[key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const run = shape<NonNullable<Snapshot['run']>>({
  id: text,
  name: text,
  status: oneOf('queued', 'running', 'paused', 'completed', 'stopped', 'failed', 'interrupted'),
  epochs: number,
  steps_per_epoch: orNull(number),
  device: text,
  colour: number,
  loss: text,
  events: listOf(shape({ kind: text, step: number, text })),
  checkpoints: listOf(number),
  error: orNull(shape({ message: text, traceback: text, step: number })),
  series: listOf(shape({ name: text, kind: oneOf('step', 'logged', 'resource'), unit: text }))
});

const progress = shape<NonNullable<Snapshot['progress']>>({
  step: number,
  epoch: number,
  epoch_start: number,
  phase: text,
  rate: number,
  left: orNull(number),
  seconds: number
});

const rows = listOf(
  shape<Snapshot['rows'][number]>({
    epoch: number,
    first_step: number,
    steps: number,
    metrics: recordOf(orNull(number)),
    low: orNull(number),
    high: orNull(number),
    seconds: orNull(number),
    learning_rate: orNull(number)
  })
);

const snapshot = shape<Snapshot>({
  type: oneOf('snapshot'),
  page: text,
  sequence: number,
  run: orNull(run),
  progress: orNull(progress),
  series: listOf(
    shape<SeriesPart>({
      name: text,
      start: number,
      width: number,
      buckets: number,
      raw_start: number,
      best: orNull(number),
      sparse: truth
    })
  ),
  rows,
  earlier: listOf(
    shape<Snapshot['earlier'][number]>({
      run,
      progress,
      rows,
      last: orNull(number),
      best: orNull(number)
    })
  )
});

const lossShape = shape<LossShape>({
  predictions: listOf(number),
  values: listOf(orNull(number)),
  text
});
const choice = shape<Choice>({ value: text, label: text, group: text });
const action = shape<Action>({ command: text, label: text });
const field = shape<Field>({
  name: text,
  label: text,
  kind: oneOf('choice', 'text', 'check'),
  value: text,
  choices: listOf(choice),
  group: oneOf('task', 'loss', 'optimizer', 'training', 'advanced'),
  indent: truth,
  changed: truth,
  help: text,
  formula: text,
  shape: orNull(lossShape),
  advice: text,
  error: text,
  note: text,
  warning: text,
  actions: listOf(action)
});

const FORM: Record<keyof Form, Check> = {
  fields: listOf(field),
  commands: listOf(text),
  edits: recordOf(number)
};

const STATUS: Record<keyof StatusLine, Check> = {
  text,
  kind: oneOf('info', 'warning', 'error'),
  details: text,
  tensorflow: text,
  actions: listOf(action),
  preparing: truth
};

/** Those keys of an object that are as they should be. */
function fitting<T>(value: unknown, checks: Record<keyof T, Check>): Partial<T> {
  const found = isObject(value) ? value : {};
  return Object.fromEntries(
    Object.entries(checks)
      .filter(([key, check]) => (check as Check)(found[key]))
      .map(([key]) => [key, found[key]])
  ) as Partial<T>;
}

/** The trait `form`, without what is not as it should be. */
export function checkedForm(value: unknown): Partial<Form> {
  return fitting<Form>(value, FORM);
}

/** The trait `status`, without what is not as it should be. */
export function checkedStatus(value: unknown): Partial<StatusLine> {
  return fitting<StatusLine>(value, STATUS);
}

/** The trait `saved`; undefined where it cannot be shown. */
export function checkedSaved(value: unknown): Saved | undefined {
  if (!isObject(value) || !snapshot(value['message'])) {
    return undefined;
  }
  const { series } = value['message'] as Snapshot;
  // Of the two sets of knots, then of each part.
  const sizes = [16, 16, ...series.flatMap(one => (one.sparse ? [4, 4, 4, 8, 8] : [4, 4, 4]))];
  const buffers: unknown = value['buffers'];
  const lengths = Array.isArray(buffers)
    ? buffers.map(one => (one instanceof DataView ? one.byteLength : NaN))
    : [];
  let at = 2;
  const fits =
    lengths.every((length, i) => length % (sizes[i] ?? 1) === 0) &&
    (!lengths.length || lengths.length === sizes.length) &&
    series.every(({ sparse }) => {
      const [low, high] = [lengths[at], lengths[at + 1]];
      at += sparse ? 5 : 3;
      return low === high;
    }) &&
    Array.isArray(buffers);
  return fits ? (value as unknown as Saved) : undefined;
}
