import { afterEach, beforeEach, expect, it } from 'vitest';
import { FAMILIES } from '../../labextension/src/chart/list';
import { epochLoss } from '../../labextension/src/chart/epoch_loss';
import type { ChartFamily, ChartKind } from '../../labextension/src/chart/kind';
import { stepLoss } from '../../labextension/src/chart/step_loss';
import type { RunState } from '../../labextension/src/messages';
import { RunStore } from '../../labextension/src/store/run_store';
import { AddedCharts } from '../../labextension/src/views/train/added_charts';
import { stubObservers } from './observers';
import { buffer, row, run, snapshot } from './runs';
import { viewContext } from './view_context';
import { Wire } from './wire';

const state: RunState = {
  ...run,
  series: [
    { name: 'loss', kind: 'step', unit: '' },
    { name: 'accuracy', kind: 'step', unit: '' },
    { name: 'gradient_norm', kind: 'step', unit: '' },
    { name: '<b>heat', kind: 'logged', unit: '' }
  ]
};

let store: RunStore;
let charts: AddedCharts;
let asked: number;

beforeEach(() => {
  stubObservers();
  sessionStorage.clear();
  Element.prototype.scrollIntoView = (): void => undefined;
  asked = 0;
  store = new RunStore('p', new Wire(), () => {
    asked++;
  });
  charts = open();
});

afterEach(() => {
  close();
  store.dispose();
});

/** As a page that is loaded shows them. */
function open(
  families: readonly ChartFamily[] = FAMILIES,
  fixed: readonly ChartKind[] = []
): AddedCharts {
  const made = new AddedCharts(families, viewContext(store), undefined, fixed);
  document.body.append(made.element, made.menu.element);
  made.show();
  return made;
}

function close(): void {
  charts.dispose();
  charts.element.remove();
  charts.menu.element.remove();
}

function follow(described: RunState = state, rows = [row(1, 1, 1)]): void {
  store.takeSnapshot(snapshot('p', { run: described, rows }), [[], [], [], [], [1]].map(buffer));
  charts.follow(store.followed);
}

function titles(): (string | null)[] {
  return [...charts.element.querySelectorAll('[role=figure]')].map(one =>
    one.getAttribute('aria-label')
  );
}

function items(): HTMLElement[] {
  return [...charts.menu.element.querySelectorAll<HTMLElement>('[role=menuitem]')];
}

function choose(title: string): void {
  charts.menu.button.click();
  items()
    .find(one => one.textContent === title)
    ?.click();
}

function remove(title: string): void {
  charts.element.querySelector<HTMLElement>(`[aria-label="Remove ${title}"]`)?.click();
}

const accurate = [{ ...row(1, 1, 1), metrics: { loss: 1, accuracy: 0.5 } }];

it('shows the metric of the task, and offers the rest', () => {
  expect(charts.menu.element.hidden).toBe(true);
  follow(state, accurate);
  expect(titles()).toEqual(['Accuracy', 'Gradient norm']);
  charts.menu.button.click();
  expect(items().map(one => one.textContent)).toEqual([
    'Loss, each step',
    'Accuracy, each step',
    '<b>heat'
  ]);
  expect(store.shown).toEqual(['loss', 'gradient_norm']);
});

it('asks the kernel only for series of charts that are there and seen', () => {
  follow(state, accurate);
  choose('<b>heat');
  expect(titles()).toEqual(['Accuracy', 'Gradient norm', '<b>heat']);
  expect(store.shown).toEqual(['loss', '<b>heat', 'gradient_norm']);
  const before = asked;
  charts.hide();
  expect(store.shown).toEqual(['loss']);
  charts.show();
  remove('Gradient norm');
  expect(store.shown).toEqual(['loss', '<b>heat']);
  expect(asked).toBeGreaterThan(before);
  expect(document.activeElement).toBe(charts.menu.button);
});

it('keeps the choice over a reload, in this order, and gives no other lab of it', () => {
  follow(state, accurate);
  choose('<b>heat');
  choose('Loss, each step');
  remove('Accuracy');
  close();
  charts = open();
  expect(titles()).toEqual([]);
  follow(state, accurate);
  expect(titles()).toEqual(['Gradient norm', '<b>heat', 'Loss, each step']);
  choose('Accuracy');
  expect(titles()).toEqual(['Accuracy', 'Gradient norm', '<b>heat', 'Loss, each step']);
  expect(Object.keys(sessionStorage)).toEqual(['lossviz:lab 1:charts']);
});

it.each(['no JSON', '{"added": 7}', '[]', '{"added": [3, "series:<b>heat"]}'])(
  'takes of what was kept what it understands: %s',
  text => {
    close();
    sessionStorage.setItem('lossviz:lab 1:charts', text);
    charts = open();
    follow(state, accurate);
    expect(titles()).toEqual([
      'Accuracy',
      'Gradient norm',
      ...(text.includes('heat') ? ['<b>heat'] : [])
    ]);
  }
);

it('keeps its charts when a new run has nothing for them yet', () => {
  follow(state, accurate);
  const [first] = charts.element.children;
  follow({ ...state, id: 'b', series: [{ name: 'loss', kind: 'step', unit: '' }] }, []);
  expect(titles()).toEqual(['Accuracy', 'Gradient norm']);
  expect(charts.element.children[0]).toBe(first);
  // A run with another metric has another chart without asking; one that was added stays.
  follow({ ...state, id: 'c' }, [{ ...row(1, 1, 1), metrics: { loss: 1, auc: 1 } }]);
  expect(titles()).toEqual(['AUC', 'Gradient norm']);
  store.takeSnapshot(snapshot('', { run: null, progress: null }), []);
  charts.follow(null);
  expect(titles()).toEqual(['AUC', 'Gradient norm']);
});

it('takes a family of one line more', () => {
  close();
  const extra: ChartFamily = {
    charts: () => [
      { group: 'Extra', suggested: false, kind: { ...stepLoss, id: 'extra', title: 'Extra' } }
    ]
  };
  charts = open([...FAMILIES, extra]);
  follow(state, accurate);
  choose('Extra');
  expect(titles()).toEqual(['Accuracy', 'Gradient norm', 'Extra']);
});

it('puts each loss beside what tells more of it, and never removes one', () => {
  close();
  charts = open(FAMILIES, [epochLoss, stepLoss]);
  expect(titles()).toEqual(['Loss over all epochs', 'Loss during one epoch']);
  follow(state, accurate);
  expect(titles()).toEqual([
    'Loss over all epochs',
    'Accuracy',
    'Loss during one epoch',
    'Gradient norm'
  ]);
  expect(charts.element.querySelector('[aria-label^="Remove Loss"]')).toBeNull();
  follow({ ...state, series: [{ name: 'learning_rate', kind: 'step', unit: '' }] }, accurate);
  expect(titles().at(-1)).toBe('Learning rate');
});
