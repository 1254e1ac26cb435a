import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Field } from '../../labextension/src/lab_traits';
import { RunView } from '../../labextension/src/widget/run_view';
import { stubObservers } from './observers';
import { part, progress, run, snapshot } from './runs';
import { Wire } from './wire';

const COMMANDS = ['pause', 'stop', 'apply_learning_rate'];

let wire: Wire;
let view: RunView;

function form(rate: string, handled = 0, error = '', commands = COMMANDS): void {
  const field = { name: 'learning_rate', value: rate, help: '', error } as Field;
  view.showForm({ fields: [field], commands, edits: { [page()]: handled } });
}

function page(): string {
  const attach = wire.sent.find(message => message.type === 'attach');
  return attach?.page ?? '';
}

function answer(page_ = page()): void {
  const message = snapshot(page_, {
    sequence: 0,
    run: { ...run, epochs: 4, steps_per_epoch: 10 },
    progress: { ...progress, step: 3, rate: 100, left: 12, seconds: 1 },
    series: [part({ best: 1 })]
  });
  wire.deliver(message, [], [], [3, 2, 1]);
}

function input(): HTMLInputElement {
  return view.element.querySelector('.lossviz-rate input') as HTMLInputElement;
}

function type(text: string): void {
  input().value = text;
  input().dispatchEvent(new Event('input'));
}

function enter(text: string): void {
  type(text);
  input().dispatchEvent(new Event('change'));
}

function sent(kind: string): object[] {
  return wire.sent.filter(message => message.type === kind);
}

beforeEach(() => {
  vi.useFakeTimers();
  stubObservers();
  vi.stubGlobal('matchMedia', () => ({ addEventListener: () => undefined }));
  wire = new Wire();
  view = new RunView('v', wire);
});

afterEach(() => {
  view.dispose();
  vi.useRealTimers();
});

it('shows where the run is, its buttons and charts, and neither form nor code', () => {
  answer();
  form('0.1');
  const labels = [...view.element.querySelectorAll('.lossviz-buttons button:not([hidden])')];
  expect(labels.map(one => one.getAttribute('aria-label'))).toEqual(['Pause', 'Step', 'Stop']);
  const facts = [...view.element.querySelectorAll('.lossviz-facts > span')];
  expect(facts.map(one => one.textContent)).toEqual([
    'epoch 1 of 4',
    '100 steps/s',
    '12 s left',
    'CPU'
  ]);
  const bar = view.element.querySelector('[role=progressbar]');
  expect(bar?.getAttribute('aria-label')).toBe('Training progress');
  expect(bar?.getAttribute('aria-valuetext')).toContain('epoch 1 of 4');
  const figures = [...view.element.querySelectorAll('[role=figure], figure')];
  expect(figures).toHaveLength(2);
  expect(view.element.querySelector('form, textarea')).toBeNull();
});

it('sends a command only when the kernel is known to hear', () => {
  form('0.1');
  view.element.querySelectorAll<HTMLElement>('.lossviz-buttons button').forEach(one => {
    if (one.getAttribute('aria-label') === 'Stop') {
      one.click();
    }
  });
  expect(sent('command')).toEqual([]);
  answer();
  expect(sent('command')).toEqual([
    { type: 'command', command: 'stop', page: page(), cell: false }
  ]);
});

it('leaves what was pressed too early to the view that stays', () => {
  form('0.1');
  const second = new RunView('v', wire);
  const press = (where: RunView): void => {
    where.element.querySelectorAll<HTMLElement>('.lossviz-buttons button').forEach(one => {
      if (one.getAttribute('aria-label') === 'Stop') {
        one.click();
      }
    });
  };
  second.showForm({ commands: COMMANDS });
  press(second);
  second.dispose();
  answer();
  expect(sent('command')).toMatchObject([{ command: 'stop', page: page() }]);
});

it('leaves what was pressed too early to its next view', () => {
  form('0.1');
  view.element.querySelectorAll<HTMLElement>('.lossviz-buttons button').forEach(one => {
    if (one.getAttribute('aria-label') === 'Pause') {
      one.click();
    }
  });
  view.dispose();
  wire = new Wire();
  view = new RunView('v', wire);
  expect(sent('command')).toEqual([]);
  answer();
  expect(sent('command')).toMatchObject([{ command: 'pause', page: page() }]);
});

it('does not call a run running whose kernel is gone', () => {
  answer();
  const head = (): string => view.element.querySelector('.lossviz-head')?.textContent ?? '';
  const phase = (): string => view.element.querySelector('.lossviz-phase')?.textContent ?? '';
  expect(phase()).toBe('Running');
  expect(head()).toContain('left');
  view.disconnect();
  expect(phase()).toBe('Kernel stopped');
  expect(head()).not.toMatch(/Running|left|steps\/s/);
});

it('is filled by what the kernel tells all pages, unasked', () => {
  answer('');
  expect(view.element.dataset['lossvizStatus']).toBe('running');
});

it('applies a learning rate when it is entered, not while it is typed', () => {
  answer();
  form('0.1');
  expect(input().value).toBe('0.1');
  type('1');
  vi.advanceTimersByTime(5000);
  expect(sent('edit')).toEqual([]);
  form('0.1');
  expect(input().value).toBe('1');
  enter('1e-3');
  expect(sent('edit')).toEqual([
    { type: 'edit', page: page(), number: 1, field: 'learning_rate', value: '1e-3' }
  ]);
  form('0.1');
  expect(input().value).toBe('1e-3');
  form('0.001', 1);
  expect(input().value).toBe('0.001');
});

it('takes Enter, once', () => {
  answer();
  form('0.1');
  type('0.2');
  input().dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
  input().dispatchEvent(new Event('change'));
  expect(sent('edit')).toHaveLength(1);
});

it('keeps what was refused, and says what is accepted', () => {
  answer();
  form('0.1');
  enter('-2');
  form('0.1', 1, 'Enter a number greater than 0.');
  expect(input().value).toBe('-2');
  expect(input().getAttribute('aria-invalid')).toBe('true');
  const error = document.createElement('div');
  error.append(view.element);
  const described = input().getAttribute('aria-describedby') ?? '';
  expect(error.querySelector(`[id='${described}']`)?.textContent).toContain('greater than 0');
});

it('can do nothing any more once the run has ended or the kernel is gone', () => {
  answer();
  form('0.1', 0, '', []);
  expect(input().disabled).toBe(true);
  form('0.1');
  expect(input().disabled).toBe(false);
  view.disconnect();
  expect(input().disabled).toBe(true);
  const silence = view.element.querySelector<HTMLElement>('.lossviz-silence');
  expect(silence?.hidden).toBe(false);
});
