import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ChartKind, Figure } from '../../labextension/src/chart/kind';
import { CHARTS, FAMILIES } from '../../labextension/src/chart/list';
import { columnTitle } from '../../labextension/src/chart/data_table';
import { PlotNotes } from '../../labextension/src/chart/plot_notes';
import { translateWith, type Translation } from '../../labextension/src/i18n/translation';
import type { EarlierRun, RunState } from '../../labextension/src/messages';
import { RunStore } from '../../labextension/src/store/run_store';
import { VIEWS } from '../../labextension/src/views/list';
import { train } from '../../labextension/src/views/train';
import { stubObservers } from './observers';
import { buffer, chartView, part, progress, row, run, snapshot } from './runs';
import { viewContext } from './view_context';
import { Wire } from './wire';

/** A language without Latin letters: whatever has some has bypassed translation. */
const OTHER: Translation = {
  __: (message, ...values) => other(message, values),
  _n: (singular, plural, count, ...values) =>
    other(count === 1 ? singular : plural, [count, ...values]),
  _p: (_context, message, ...values) => other(message, values)
};

function other(message: string, values: readonly unknown[]): string {
  return message
    .replace(/[A-Za-z]/g, 'ж')
    .replace(/%(%|\d+)/g, (_match, which: string) =>
      which === '%' ? '%' : String(values[Number(which) - 1])
    );
}

/** What a person, the kernel or the catalogue has named is a number here. */
const state: RunState = {
  ...run,
  id: '1',
  name: '7',
  loss: '8',
  device: '',
  events: ['paused', 'resumed', 'learning_rate', 'warning', 'early_stop', 'failed', 'nan'].map(
    (kind, i) => ({ kind, step: i < 3 ? 2 : 5, text: '9' })
  ),
  checkpoints: [3],
  series: [
    { name: 'loss', kind: 'step', unit: '' },
    { name: 'accuracy', kind: 'step', unit: '' },
    { name: 'gradient_norm', kind: 'step', unit: '' },
    { name: '3', kind: 'logged', unit: '' },
    { name: 'process_cpu', kind: 'resource', unit: '%' }
  ]
};

let store: RunStore;

beforeEach(() => {
  stubObservers();
  sessionStorage.clear();
  document.documentElement.lang = 'ru';
  translateWith(OTHER);
  store = new RunStore('p', new Wire());
  store.slices.on(['series:gradient_norm', 'series:accuracy'], () => undefined);
});

afterEach(() => {
  translateWith(undefined);
  document.documentElement.lang = '';
  store.dispose();
});

const rows = [1, 2].map(epoch => {
  const { metrics, ...rest } = row(epoch, 1 / epoch, 2);
  return { ...rest, metrics: { ...metrics, accuracy: 0.5 * epoch, val_accuracy: 0.4 } };
});

const before: EarlierRun = {
  run: { ...state, id: '2', name: '5', loss: '4', status: 'completed' },
  progress: { ...progress, step: 6 },
  last: 1,
  best: 1,
  rows
};

function follow(earlier: EarlierRun[] = [before]): void {
  const names = ['loss', 'accuracy', 'gradient_norm'];
  const values = [1, 2, 1, 1, 3, 1];
  store.takeSnapshot(
    snapshot('p', {
      run: state,
      progress: { ...progress, step: 6, epoch: 2, epoch_start: 3, seconds: 4000 },
      series: names.map(name => part({ name })),
      rows,
      earlier
    }),
    [[], [], ...names.flatMap(() => [[], [], values])].map(buffer)
  );
}

/** What is left of Plotly's own: its tags, and the places of values in its templates. */
function plain(text: string): string {
  return text.replace(/%\{[^}]*\}|<[^>]*>|&#?\w+;|★|NaN/g, '');
}

function textsOf({ traces, layout, summary, key, ends, readable }: Figure): string[] {
  const titled = layout as {
    xaxis: { title: { text: string } };
    annotations?: { text: string; hovertext?: string }[];
  };
  return [
    summary,
    ...key,
    ...ends.map(({ text }) => text),
    ...readable.map(({ name }) => name),
    ...traces.flatMap(one => [one.name, one.hovertemplate ?? '']),
    titled.xaxis.title.text,
    ...(titled.annotations ?? []).flatMap(one => [one.text, one.hovertext ?? ''])
  ].map(plain);
}

function kinds(): ChartKind[] {
  const { followed } = store;
  const made = followed ? FAMILIES.flatMap(family => family.charts(followed)) : [];
  expect(made.flatMap(({ group }) => group).join('')).not.toMatch(/[A-Za-z]/);
  return [...CHARTS, ...made.map(({ kind }) => kind)];
}

it('says nothing on the charts that cannot be translated', async () => {
  const unseen = { ...chartView, hidden: new Set(['1', '2']) };
  const empty = CHARTS.map(kind => kind.figure(store, { ...chartView, options: { axis: 'step' } }));
  follow();
  const all = kinds();
  expect(all.length).toBeGreaterThan(5);
  const figures = all.flatMap(kind =>
    ['epoch', 'step', 'time'].flatMap(axis =>
      ['0', '0.5'].flatMap(smoothing => {
        const options = { axis, smoothing };
        return [chartView, unseen].map(view =>
          kind.figure(store, { ...view, options, pointed: true })
        );
      })
    )
  );
  follow([]);
  figures.push(...all.map(kind => kind.figure(store, { ...chartView, options: { axis: 'step' } })));
  const said = [...empty, ...figures].flatMap(textsOf);
  expect(said.filter(text => /[A-Za-z]/.test(text))).toEqual([]);
  for (const kind of CHARTS) {
    const table = await kind.table(store, { options: {} });
    const titles = table.columns.map(columnTitle).filter(name => !/loss$|accuracy$/.test(name));
    expect(titles.join('')).not.toMatch(/[A-Za-z]/);
  }
});

it('keeps ids and what is exported in English', async () => {
  follow();
  expect(kinds().map(({ id }) => id)).toEqual([
    'epoch_loss',
    'step_loss',
    'metric:accuracy',
    'series:loss',
    'series:accuracy',
    'series:gradient_norm',
    'series:3',
    'series:process_cpu'
  ]);
  for (const kind of CHARTS) {
    expect((await kind.table(store, { options: {} })).columns).toContain('learning rate');
  }
  expect(VIEWS.map(({ id }) => id)).toEqual(['train', 'runs']);
});

/** What somebody can read or hear of an element. */
function pageTexts(root: Element): string[] {
  return [root, ...root.querySelectorAll('*')].flatMap(element => [
    ...['aria-label', 'title', 'placeholder'].map(name => element.getAttribute(name) ?? ''),
    ...[...element.childNodes].filter(node => node instanceof Text).map(node => node.data)
  ]);
}

it('says nothing around the charts that cannot be translated', async () => {
  const view = train.make({ ...viewContext(store), predict: () => undefined });
  document.body.append(view.element);
  view.show();
  follow();
  await Promise.resolve();
  for (const one of view.element.querySelectorAll<HTMLElement>('button[aria-haspopup]')) {
    one.click();
  }
  const notes = new PlotNotes(() => undefined);
  notes.show({ cut: 5, wide: true }, { zoomed: true, everything: false });
  const said = [...pageTexts(view.element), ...pageTexts(notes.element)].concat(
    VIEWS.map(({ title }) => title)
  );
  view.dispose();
  view.element.remove();
  expect(said.filter(Boolean).length).toBeGreaterThan(60);
  expect(said.filter(text => /[A-Za-z]/.test(text))).toEqual([]);
});
