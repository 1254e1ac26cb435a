import { beforeEach, expect, it } from 'vitest';
import type { Progress, RunState } from '../../labextension/src/messages';
import { LabHeader, type CommandName, type RunMoment } from '../../labextension/src/widget/header';

const ALL: CommandName[] = [
  'train',
  'pause',
  'resume',
  'step',
  'replace',
  'cancel_queued',
  'stop',
  'clear_runs'
];
const RUNNING = ['train', 'stop', 'pause'];
const PAUSED = ['train', 'stop', 'resume', 'step'];

let header: LabHeader;
let pressed: string[];

function nameOf(button: Element): string {
  return button.getAttribute('aria-label') ?? button.textContent;
}

function named(name: string): HTMLButtonElement {
  const found = [...header.element.querySelectorAll('button')].find(
    one => nameOf(one) === name && !one.hidden
  );
  if (!found) {
    throw new Error(`no button ${name}`);
  }
  return found;
}

function filled(): string[] {
  return [...header.element.querySelectorAll('.lossviz-filled')].map(nameOf);
}

function shown(): string[] {
  const buttons = header.element.querySelectorAll('.lossviz-buttons button:not([hidden])');
  return [...buttons].filter(one => !one.closest('[role=menu]')).map(nameOf);
}

function inMenu(): string[] {
  named('More').click();
  const items = [...header.element.querySelectorAll('[role=menuitem]')].map(nameOf);
  document.activeElement?.dispatchEvent(
    new KeyboardEvent('keydown', { key: 'Escape', bubbles: true })
  );
  return items;
}

function moment(more: Partial<RunMoment>): RunMoment {
  return { run: null, progress: null, lost: '', preparing: false, refused: false, ...more };
}

beforeEach(() => {
  pressed = [];
  header = new LabHeader(ALL, command => pressed.push(command));
  document.body.replaceChildren(header.element);
});

it('keeps the focus on the button that takes the place of the one pressed', () => {
  header.showCommands(RUNNING);
  named('Pause').focus();
  header.showCommands(PAUSED);
  expect(document.activeElement).toBe(named('Resume'));
  named('Step').focus();
  header.showCommands(PAUSED);
  expect(document.activeElement).toBe(named('Step'));
  header.showCommands(RUNNING);
  expect(document.activeElement).toBe(named('Step'));
  expect(named('Step').getAttribute('aria-disabled')).toBe('true');
});

it('keeps every button in its place, whatever can be done', () => {
  const places = (): number => shown().length;
  header.showCommands(['train', 'reset']);
  expect(shown()).toEqual(['Train', 'Pause', 'Step', 'Stop', 'More']);
  const before = places();
  for (const commands of [RUNNING, PAUSED, [...RUNNING, 'replace', 'cancel_queued'], []]) {
    header.showCommands(commands);
    expect(places()).toBe(before);
  }
});

it('has the rest in a menu, and keeps the focus when there is nothing left in it', () => {
  header.showCommands(['train', 'clear_runs']);
  expect(inMenu()).toEqual(['Clear runs']);
  header.showCommands([...RUNNING, 'replace', 'cancel_queued']);
  expect(inMenu()).toEqual(['Start next now', 'Cancel queued run']);
  named('More').click();
  [...header.element.querySelectorAll<HTMLElement>('[role=menuitem]')].at(-1)?.click();
  expect(pressed).toEqual(['cancel_queued']);
  expect(document.activeElement).toBe(named('More'));
  named('More').click();
  header.showCommands(RUNNING);
  expect(document.activeElement).toBe(named('More'));
  expect(named('More').getAttribute('aria-disabled')).toBe('true');
  expect(inMenu()).toEqual([]);
  expect(named('More').getAttribute('aria-expanded')).toBe('false');
});

it('leaves a focus elsewhere where it is', () => {
  header.showCommands(RUNNING);
  header.showCommands(PAUSED);
  expect(document.activeElement).toBe(document.body);
});

it('fills Resume while a run is paused, and calls Train what it does', () => {
  header.showCommands(['train', 'reset']);
  expect(filled()).toEqual(['Train']);
  header.showCommands(PAUSED);
  expect(filled()).toEqual(['Resume']);
  named('Queue next run').click();
  expect(pressed).toEqual(['train']);
  header.showCommands(['train', 'reset', 'resume']);
  expect(filled()).toEqual(['Train']);
});

it('offers what can be done about the status, and keeps its buttons while it is the same', () => {
  const actions = [{ command: 'follow', label: 'Show it' }];
  header.showStatus({ text: 'Run 2 is training.', actions });
  const button = named('Show it');
  header.showStatus({ text: 'Run 2 is training still.', actions: [...actions] });
  expect(named('Show it')).toBe(button);
  button.focus();
  button.click();
  expect(pressed).toEqual(['follow']);
  header.showStatus({ text: 'run 2 started.', actions: [] });
  expect(document.activeElement).toBe(named('Train'));
});

const run = { name: 'run 1', status: 'running', epochs: 30, device: 'CPU:0' } as RunState;
const progress = {
  step: 3,
  epoch: 7,
  left: 33,
  rate: 10,
  seconds: 4,
  phase: 'training'
} as Progress;

function text(name: string): string {
  return header.element.querySelector(`.lossviz-${name}`)?.textContent ?? '';
}

function facts(): string[] {
  return [...header.element.querySelectorAll('.lossviz-facts > span')].map(one => one.textContent);
}

it('does not call a run running whose kernel has gone', () => {
  header.showRun(moment({ run, progress }));
  expect(text('phase')).toBe('Running');
  expect(facts()).toEqual(['epoch 7 of 30', '10 steps/s', '33 s left', 'CPU']);
  header.showRun(moment({ run, progress, lost: 'Kernel stopped' }));
  expect(text('run-name')).toBe('run 1');
  expect(text('phase')).toBe('Kernel stopped');
  expect(facts()).toEqual(['epoch 7 of 30', 'took 4 s', 'CPU']);
  const ended = { ...run, status: 'completed' } as RunState;
  header.showRun(moment({ run: ended, progress, lost: 'Kernel stopped' }));
  expect(text('phase')).toBe('Completed');
});

it('does not repeat stale news of a kernel that is gone, but why a run failed', () => {
  const line = (): HTMLElement | null | undefined =>
    header.element.querySelector<HTMLElement>('.lossviz-status')?.parentElement;
  header.showStatus({ text: 'run 1 started on the CPU.', kind: 'info' });
  header.showSilence('The kernel does not answer.');
  expect(line()?.hidden).toBe(true);
  header.showStatus({ text: 'Step 3 failed.', kind: 'error' });
  expect(line()?.hidden).toBe(false);
  header.showStatus({ text: 'run 1 started on the CPU.', kind: 'info' });
  header.showSilence('');
  expect(line()?.hidden).toBe(false);
});

it.each<[Partial<RunMoment>, string, string]>([
  [{}, 'Ready', 'quiet'],
  [{ preparing: true }, 'Preparing', 'active'],
  [{ refused: true }, 'Not started', 'bad'],
  [{ refused: true, preparing: true }, 'Preparing', 'active'],
  [{ lost: 'No answer' }, 'No answer', 'waiting'],
  [{ run, progress: { ...progress, phase: 'compiling', step: 0 } }, 'Compiling', 'active'],
  ...(['queued', 'paused', 'completed', 'stopped', 'failed', 'interrupted'] as const).map(
    (status): [Partial<RunMoment>, string, string] => [
      { run: { ...run, status }, progress },
      status.charAt(0).toUpperCase() + status.slice(1),
      { completed: 'good', stopped: 'quiet', failed: 'bad' }[status as string] ?? 'waiting'
    ]
  )
])('says in a word and a tone what is going on: %o', (what, word, tone) => {
  header.showRun(moment(what));
  const phase = header.element.querySelector<HTMLElement>('.lossviz-phase');
  expect([phase?.textContent, phase?.dataset['tone']]).toEqual([word, tone]);
});

it('says the progress in numbers and words, and invents none', () => {
  const bar = header.element.querySelector('[role=progressbar]');
  const value = (name: string): string | null => bar?.getAttribute(`aria-value${name}`) ?? null;
  header.showRun(moment({}));
  expect([value('now'), value('text')]).toEqual(['0', 'Nothing is running']);
  expect(facts()).toEqual([]);
  header.showRun(moment({ preparing: true }));
  expect([value('now'), value('text')]).toEqual([null, 'Preparing data and model']);
  header.showRun(moment({ run: { ...run, steps_per_epoch: null }, progress }));
  expect([value('now'), value('text')]).toEqual(['20', '20 %, epoch 7 of 30, step 3, 33 s left']);
  const early = { ...progress, step: 0, epoch: 0, rate: 0, left: null, seconds: 0 };
  header.showRun(moment({ run, progress: early }));
  expect(facts()).toEqual(['CPU']);
});

it('has one element that a screen reader follows, and one name before the first run', () => {
  header.showTitle('Loss lab 2');
  header.showRun(moment({}));
  expect(text('run-name')).toBe('Loss lab 2');
  header.showRun(moment({ run, progress }));
  header.showTitle('Loss lab 3');
  expect(text('run-name')).toBe('run 1');
  expect(header.element.querySelectorAll('[role=status], [aria-live]')).toHaveLength(1);
});
