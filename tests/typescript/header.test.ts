import { beforeEach, expect, it } from 'vitest';
import type { Progress, RunState } from '../../labextension/src/messages';
import { LabHeader, type CommandName } from '../../labextension/src/widget/header';

const ALL: CommandName[] = [
  'train',
  'pause',
  'resume',
  'step',
  'replace',
  'cancel_queued',
  'stop',
  'reset',
  'clear_runs'
];
const RUNNING = ['train', 'stop', 'pause'];
const PAUSED = ['train', 'stop', 'resume', 'step'];

let header: LabHeader;
let pressed: string[];

function named(name: string): HTMLButtonElement {
  const found = [...header.element.querySelectorAll('button')].find(
    one => one.textContent === name && !one.hidden
  );
  if (!found) {
    throw new Error(`no button ${name}`);
  }
  return found;
}

function filled(): string[] {
  return [...header.element.querySelectorAll('.lossviz-primary')].map(one => one.textContent);
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
  expect(document.activeElement).toBe(named('Pause'));
  header.showCommands([...RUNNING, 'cancel_queued']);
  named('Cancel queued run').focus();
  header.showCommands(RUNNING);
  expect(document.activeElement).toBe(named('Queue next run'));
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

it('does not call a run running whose kernel has gone', () => {
  const run = { name: 'run 1', status: 'running', epochs: 30, device: 'CPU:0' } as RunState;
  const progress = { step: 3, epoch: 7, left: 33, rate: 10, phase: 'training' } as Progress;
  header.showRun(run, progress);
  expect(header.element.textContent).toContain('33 s left');
  header.showRun(run, progress, 'kernel stopped');
  expect(header.element.textContent).toContain('run 1 - kernel stopped');
  expect(header.element.textContent).toContain('epoch 7 of 30');
  expect(header.element.textContent).not.toMatch(/left|running|steps\/s/);
  header.showRun({ ...run, status: 'completed' }, progress, 'kernel stopped');
  expect(header.element.textContent).toContain('run 1 - completed');
});
