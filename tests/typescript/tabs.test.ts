import { afterEach, beforeEach, expect, it } from 'vitest';
import { ChartHost, type ChartContext } from '../../labextension/src/chart/host';
import type { ChartKind } from '../../labextension/src/chart/kind';
import { lineFigure } from '../../labextension/src/chart/line_figure';
import { CHARTS } from '../../labextension/src/chart/list';
import { RunStore } from '../../labextension/src/store/run_store';
import type { View, ViewContext, ViewKind } from '../../labextension/src/views/kind';
import { VIEWS } from '../../labextension/src/views/list';
import { Tabs } from '../../labextension/src/views/tabs';
import { stubObservers } from './observers';
import { buffer, run, snapshot } from './runs';
import { viewContext } from './view_context';
import { Wire } from './wire';

let store: RunStore;
let context: ViewContext;

beforeEach(() => {
  stubObservers();
  store = new RunStore('p', new Wire());
  context = viewContext(store);
});

afterEach(() => {
  store.dispose();
});

/** A view as somebody would add it: it counts how often it hears of a run. */
class Counting implements View {
  static made = 0;
  readonly element = document.createElement('p');
  heard = 0;
  private _forget: (() => void) | undefined;

  constructor(private readonly _context: ViewContext) {
    Counting.made += 1;
  }

  show(): void {
    this._forget = this._context.store.slices.on(['run'], () => {
      this.heard += 1;
      this.element.textContent = `heard ${this.heard}`;
    });
  }

  hide(): void {
    this._forget?.();
  }

  dispose(): void {
    this.hide();
  }
}

const counting: ViewKind = { id: 'counting', title: 'Counting', make: one => new Counting(one) };

it('shows no tabs while there is one view only', () => {
  const tabs = new Tabs([counting], context);
  expect(tabs.element.querySelector<HTMLElement>('[role=tablist]')?.hidden).toBe(true);
  expect(tabs.element.querySelector('[role=tabpanel]')).toBeNull();
  expect(tabs.element.querySelector('p')).not.toBeNull();
  tabs.dispose();
});

it('takes a view of one line more, made when it is first seen and fed only while it is', () => {
  Counting.made = 0;
  const tabs = new Tabs([...VIEWS.slice(0, 1), counting], context);
  const [first, second] = tabs.element.querySelectorAll<HTMLButtonElement>('[role=tab]');
  expect([first?.textContent, second?.textContent]).toEqual(['Train', 'Counting']);
  expect(Counting.made).toBe(0);
  second?.click();
  expect(Counting.made).toBe(1);
  const news = (): void => {
    store.takeSnapshot(
      snapshot('p', { run: { ...run, name: 'again' } }),
      [[], [], [], [], [1]].map(buffer)
    );
  };
  news();
  const panels = tabs.element.querySelectorAll<HTMLElement>('[role=tabpanel]');
  expect(panels[1]?.textContent).toBe('heard 1');
  expect(panels[0]?.childElementCount).toBe(0);
  expect(Array.from(panels, one => one.hidden)).toEqual([true, false]);
  first?.click();
  news();
  second?.click();
  expect(panels[1]?.textContent).toBe('heard 1');
  expect(Counting.made).toBe(1);
  tabs.dispose();
});

it('opens the view that compares runs when another one wants it to', () => {
  const compared: (readonly string[])[] = [];
  const contexts: ViewContext[] = [];
  const make: ViewKind['make'] = one => {
    contexts.push(one);
    return Object.assign(new Counting(one), {
      compareRuns: (runs: readonly string[]) => compared.push(runs)
    });
  };
  const comparing = { ...counting, id: 'comparing', make, compares: true };
  const tabs = new Tabs([{ ...counting, make }, comparing], context);
  document.body.append(tabs.element);
  const [, tab] = tabs.element.querySelectorAll<HTMLElement>('[role=tab]');
  contexts[0]?.compareRuns?.(['a', 'b']);
  expect(compared).toEqual([['a', 'b']]);
  expect(tab?.getAttribute('aria-selected')).toBe('true');
  expect(document.activeElement).toBe(tab);
  tabs.dispose();
  tabs.element.remove();
  new Tabs([{ ...counting, make }], context).dispose();
  expect(contexts.at(-1)?.compareRuns).toBeUndefined();
});

it('has the semantics of tabs, and arrow keys', () => {
  const tabs = new Tabs([counting, { ...counting, id: 'b' }, { ...counting, id: 'c' }], context);
  document.body.append(tabs.element);
  const all = [...tabs.element.querySelectorAll<HTMLElement>('[role=tab]')];
  const selected = (): string =>
    all.map(one => `${one.getAttribute('aria-selected') === 'true' ? 1 : 0}${one.tabIndex}`).join();
  const key = (name: string): void => {
    const focused = document.activeElement ?? document.body;
    focused.dispatchEvent(new KeyboardEvent('keydown', { key: name, bubbles: true }));
  };
  all[0]?.focus();
  expect(selected()).toBe('10,0-1,0-1');
  key('ArrowRight');
  expect(selected()).toBe('0-1,10,0-1');
  expect(document.activeElement).toBe(all[1]);
  key('End');
  key('ArrowRight');
  expect(document.activeElement).toBe(all[0]);
  key('ArrowLeft');
  expect(selected()).toBe('0-1,0-1,10');
  key('Home');
  expect(selected()).toBe('10,0-1,0-1');
  for (const tab of all) {
    const panel = document.getElementById(tab.getAttribute('aria-controls') ?? '');
    expect(panel?.getAttribute('aria-labelledby')).toBe(tab.id);
  }
  tabs.dispose();
  tabs.element.remove();
});

it('takes a chart of one line more', () => {
  const seen: string[] = [];
  const extra: ChartKind = {
    id: 'extra',
    title: 'Extra',
    needs: ['run'],
    bundle: 'cartesian',
    controls: [
      {
        id: 'size',
        kind: 'choice',
        label: 'Size',
        help: '',
        value: 's',
        choices: [
          { value: 's', text: 'small' },
          { value: 'm', text: 'medium' }
        ],
        place: 'head'
      }
    ],
    figure: (_runs, view) => {
      seen.push(view.options['size'] ?? '');
      return lineFigure({ lines: [], points: 7, unit: 'step', summary: '' }, view);
    },
    table: () => Promise.resolve({ columns: [], count: 0, row: () => [], omitted: 0 })
  };
  const titles = [...CHARTS, extra].map(kind => {
    const host = new ChartHost(kind, context as ChartContext);
    const title = host.element.getAttribute('aria-label');
    expect(host.element.getAttribute('role')).toBe('figure');
    host.dispose();
    return title;
  });
  expect(titles).toEqual(['Loss over all epochs', 'Loss during one epoch', 'Extra']);
});

it('shows the view after a reload that was seen before it', () => {
  sessionStorage.clear();
  const tabs = new Tabs([counting, { ...counting, id: 'b' }], context);
  tabs.element.querySelectorAll<HTMLElement>('[role=tab]')[1]?.click();
  tabs.dispose();
  const seen = (one: Tabs): boolean[] =>
    Array.from(
      one.element.querySelectorAll<HTMLElement>('[role=tabpanel]'),
      panel => !panel.hidden
    );
  const again = new Tabs([counting, { ...counting, id: 'b' }], context);
  expect(seen(again)).toEqual([false, true]);
  again.dispose();
  const another = new Tabs([counting, { ...counting, id: 'b' }], { ...context, lab: 'm' });
  expect(seen(another)).toEqual([true, false]);
  another.dispose();
});
