import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Progress, Saved } from '../../labextension/src/messages';
import {
  checkedForm,
  checkedSaved,
  checkedStatus
} from '../../labextension/src/widget/checked_traits';
import widget from '../../labextension/src/widget/index';
import { stubObservers } from './observers';
import { buffer, row, run, snapshot } from './runs';

interface Loose {
  run: Record<string, unknown>;
  progress: Record<string, unknown>;
  rows: unknown;
  earlier: unknown;
}

function saved(change: (message: Loose) => void = () => undefined): Saved {
  const progress = snapshot('').progress as Progress;
  const earlier = [{ run, progress, rows: [row(1, 1, 1)], last: 1, best: 1 }];
  const message = structuredClone(snapshot('', { rows: [row(1, null, 1)], earlier }));
  change(message as unknown as Loose);
  return { message, buffers: [[], [], [], [], [3, 2]].map(buffer) };
}

beforeEach(() => {
  stubObservers();
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
});

afterEach(() => {
  vi.unstubAllGlobals();
});

it('takes what a lab of this version has saved', () => {
  expect(checkedSaved(saved())).toEqual(saved());
});

const MARKUP = '<img src=x onerror=alert(1)>';
const BAD: [string, unknown][] = [
  ['nothing', undefined],
  ['a text', MARKUP],
  ['an empty one', {}],
  ['no buffers', { ...saved(), buffers: 7 }],
  ['a broken buffer', { ...saved(), buffers: [new DataView(new ArrayBuffer(3))] }],
  ['texts for numbers', saved(one => (one.progress['epoch'] = MARKUP))],
  ['another colour', saved(one => (one.run['colour'] = 'red'))],
  ['no status', saved(one => (one.run['status'] = MARKUP))],
  ['rows of another kind', saved(one => (one.rows = [{ epoch: 1 }]))],
  ['a list of nothing', saved(one => (one.earlier = [null]))]
];

it.each(BAD)('shows nothing of a saved state that is %s', (_name, value) => {
  expect(checkedSaved(value)).toBeUndefined();
});

it('leaves out of form and status what is not as it should be', () => {
  const field = {
    name: 'a',
    label: 'A',
    kind: 'text',
    value: '1',
    choices: [],
    group: 'task',
    indent: false,
    changed: false,
    shape: null,
    help: '',
    formula: '',
    advice: '',
    error: '',
    note: '',
    warning: '',
    actions: []
  };
  const bad = [null, 3, { ...field, choices: [null] }, { ...field, label: {} }];
  expect(checkedForm({ fields: [field], commands: ['train'], edits: 3 })).toEqual({
    fields: [field],
    commands: ['train']
  });
  for (const one of bad) {
    expect(checkedForm({ fields: [field, one], commands: [] })).toEqual({ commands: [] });
  }
  expect(checkedForm('x')).toEqual({});
  expect(checkedStatus({ text: 'Ready.', kind: 'loud', details: null })).toEqual({
    text: 'Ready.'
  });
});

it.each(BAD)('renders a lab whose traits are %s', (_name, value) => {
  const model = {
    get: (name: string) =>
      name === 'kind' ? 'lab' : name === 'lab_id' ? 'x' : name === 'program' ? {} : value,
    on: () => undefined,
    off: () => undefined,
    send: () => undefined
  };
  const el = document.createElement('div');
  const dispose = widget.render({ model, el } as unknown as Parameters<typeof widget.render>[0]);
  const lab = el.querySelector('[role=region]');
  expect(lab?.getAttribute('aria-label')).toBe('Loss lab');
  expect(el.querySelector('img')).toBeNull();
  dispose();
});
