import { afterEach, beforeEach, expect, it } from 'vitest';
import { epochLoss } from '../../labextension/src/chart/epoch_loss';
import { SharedView } from '../../labextension/src/chart/shared_view';
import { stepLoss } from '../../labextension/src/chart/step_loss';
import type { EarlierRun, RunState } from '../../labextension/src/messages';
import { RunStore } from '../../labextension/src/store/run_store';
import { KeptChoice } from '../../labextension/src/views/kept_choice';
import { RunChips } from '../../labextension/src/views/train/run_chips';
import { buffer, chartView, progress, row, run, snapshot } from './runs';
import { Wire } from './wire';

let store: RunStore;
let shared: SharedView;
let chips: RunChips;
let compared: (readonly string[])[];

beforeEach(() => {
  sessionStorage.clear();
  store = new RunStore('p', new Wire());
  shared = new SharedView(new KeptChoice('lab 1', 'view-of-charts'));
  compared = [];
  chips = new RunChips(store, shared, runs => {
    compared.push(runs);
  });
  chips.show();
});

afterEach(() => {
  chips.hide();
  store.dispose();
});

function before(id: string, more: Partial<RunState> = {}, rate = 0.1): EarlierRun {
  const rows = [{ ...row(1, 2, 3), learning_rate: rate }];
  return { run: { ...run, id, name: `run ${id}`, ...more }, progress, last: 1, best: 1, rows };
}

function follow(...earlier: EarlierRun[]): void {
  store.takeSnapshot(
    snapshot('p', { run: { ...run, name: 'run 9' }, rows: [row(1, 1, 2)], earlier }),
    [[], [], [], [], [1, 1, 1]].map(buffer)
  );
}

function buttons(): HTMLButtonElement[] {
  return [...chips.element.querySelectorAll<HTMLButtonElement>('.lossviz-chip')];
}

function compare(): HTMLButtonElement {
  return chips.element.querySelector('.lossviz-button') as HTMLButtonElement;
}

function warning(): boolean {
  return !chips.element.querySelector('p')?.hidden;
}

function drawn(): string[] {
  const view = { ...chartView, options: { axis: 'epoch' }, hidden: shared.hidden };
  return epochLoss.figure(store, view).traces.map(({ name }) => name);
}

it('is not there before the first run, and names runs by what tells them apart', () => {
  expect(chips.element.hidden).toBe(true);
  follow(before('1'));
  expect(buttons().map(one => one.textContent)).toEqual(['run 9', 'run 1']);
  expect(warning()).toBe(false);
  follow(before('1', { loss: 'quadratic' }), before('2', {}, 0.5));
  expect(buttons().map(one => one.textContent)).toEqual([
    'run 9, mse, 0.1',
    'run 2, mse, 0.5',
    'run 1, quadratic, 0.1'
  ]);
  expect(warning()).toBe(true);
});

it('hides a run in every chart, and nobody compares it any more', () => {
  follow(before('1', { loss: 'quadratic' }));
  const [mine, other] = buttons();
  expect(other?.getAttribute('aria-pressed')).toBe('true');
  other?.click();
  expect(other?.getAttribute('aria-pressed')).toBe('false');
  expect(warning()).toBe(false);
  expect(drawn().slice(0, 2)).toEqual(['training', 'validation']);
  mine?.click();
  expect(drawn()).toEqual([]);
  const view = { ...chartView, hidden: shared.hidden };
  expect(stepLoss.figure(store, view).summary).toBe('run 9 is hidden.');
  expect(epochLoss.figure(store, view).summary).toBe('All runs are hidden.');
  // A new run is seen; the one that was hidden stays so, also after a reload.
  other?.click();
  const kept = new SharedView(new KeptChoice('lab 1', 'view-of-charts'));
  expect([...kept.hidden]).toEqual(['a']);
  expect([...new SharedView(new KeptChoice('lab 2', 'view-of-charts')).hidden]).toEqual([]);
});

it('has the visible runs compared, as soon as there are two', () => {
  follow();
  expect(compare().hidden).toBe(true);
  follow(before('1'), before('2'));
  expect([compare().hidden, compare().textContent]).toEqual([false, 'Compare']);
  // The last one in the row, so that a new run does not move it under a pointer.
  expect(compare().nextElementSibling).toBeNull();
  compare().click();
  expect(compared).toEqual([['a', '2', '1']]);
  buttons()[1]?.click();
  compare().click();
  expect(compared.at(-1)).toEqual(['a', '1']);
  buttons()[2]?.click();
  expect(compare().hidden).toBe(true);
  const alone = new RunChips(store, shared);
  shared.toggle('1');
  alone.show();
  expect(alone.element.querySelector<HTMLElement>('.lossviz-button')?.hidden).toBe(true);
  alone.hide();
});

it.each(['7', '{"axis": "width", "hidden": [3]}', '{"hidden": "x"}'])(
  'takes of what was kept what it understands: %s',
  text => {
    sessionStorage.setItem('lossviz:lab 1:view-of-charts', text);
    const kept = new SharedView(new KeptChoice('lab 1', 'view-of-charts'));
    expect([kept.axis, [...kept.hidden]]).toEqual([null, []]);
  }
);

it('never lets a name be markup', () => {
  follow(before('1', { name: '<img src=x>' }));
  expect(chips.element.querySelector('img')).toBeNull();
});
