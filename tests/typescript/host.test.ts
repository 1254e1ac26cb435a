import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { bundle } from '../../labextension/src/chart/bundles';
import { ChartHost } from '../../labextension/src/chart/host';
import type {
  PlotlyElement,
  PlotlyFigure,
  PlotlyLayout,
  PlotlyModule
} from '../../labextension/src/chart/plotly_types';
import { stepLoss } from '../../labextension/src/chart/step_loss';
import { publishPageServices } from '../../labextension/src/page';
import { RunStore } from '../../labextension/src/store/run_store';
import { buffer, progress, snapshot } from './runs';
import { Wire } from './wire';

type Relayout = (change: Record<string, unknown>) => void;

let layouts: PlotlyLayout[];
let taken: PlotlyFigure | undefined;
let relayout: Relayout;
let store: RunStore;
let host: ChartHost;

/** What the host asks of Plotly, noted; what jsdom lacks is made up. */
const plotly = {
  newPlot: (element: HTMLElement, _traces: unknown, layout: PlotlyLayout) => {
    layouts.push(layout);
    const on = (event: string, handler: Relayout): void => {
      relayout = event === 'plotly_relayout' ? handler : relayout;
    };
    return Promise.resolve(Object.assign(element, { on }) as unknown as PlotlyElement);
  },
  react: (_element: HTMLElement, _traces: unknown, layout: PlotlyLayout) => {
    layouts.push(layout);
    return Promise.resolve();
  },
  downloadImage: (figure: PlotlyFigure) => {
    taken = figure;
    return Promise.resolve('');
  },
  purge: () => undefined
} as unknown as PlotlyModule;

beforeEach(async () => {
  vi.useFakeTimers();
  layouts = [];
  taken = undefined;
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe = (): void => undefined;
      disconnect = (): void => undefined;
    }
  );
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(private readonly _seen: (entries: object[]) => void) {}
      observe = (): void => {
        this._seen([{ isIntersecting: true }]);
      };
      disconnect = (): void => undefined;
    }
  );
  Object.defineProperty(HTMLElement.prototype, 'clientWidth', { value: 660, configurable: true });
  publishPageServices({
    plotly: () => Promise.resolve(plotly),
    bundles: ['cartesian']
  } as unknown as Parameters<typeof publishPageServices>[0]);
  store = new RunStore('p', new Wire());
  host = new ChartHost(stepLoss, { store, empty: '', ask: () => false, trouble: () => undefined });
  document.body.append(host.element);
  expect(bundle('cartesian')).toBe(bundle('cartesian'));
  host.show();
  train(2000);
  await vi.advanceTimersByTimeAsync(50);
});

afterEach(() => {
  host.dispose();
  store.dispose();
  host.element.remove();
  Reflect.deleteProperty(HTMLElement.prototype, 'clientWidth');
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function train(steps: number): void {
  const losses = Array.from({ length: steps }, (_, i) => 1 + i);
  store.takeSnapshot(
    snapshot('p', { progress: { ...progress, step: steps } }),
    [[], [], [], [], losses].map(buffer)
  );
}

function press(name: string): void {
  const all = [...host.element.querySelectorAll<HTMLElement>('button')];
  all.find(one => one.getAttribute('aria-label')?.startsWith(name))?.click();
}

function axis(name: 'xaxis' | 'yaxis'): Record<string, unknown> {
  return layouts.at(-1)?.[name] as Record<string, unknown>;
}

it('draws once a frame, however much comes', async () => {
  const before = layouts.length;
  for (let i = 1; i < 20; i++) {
    train(2000 + i);
  }
  await vi.advanceTimersByTimeAsync(50);
  expect(layouts.length).toBe(before + 1);
});

it('keeps the steps that were zoomed to while more come and when the scale changes', async () => {
  relayout({
    'xaxis.range[0]': 10,
    'xaxis.range[1]': 20,
    'yaxis.range[0]': 5,
    'yaxis.range[1]': 6
  });
  train(2100);
  await vi.advanceTimersByTimeAsync(50);
  expect(axis('xaxis')['range']).toEqual([10, 20]);
  expect(axis('yaxis')['range']).toEqual([5, 6]);
  press('Logarithmic scale');
  // The summary's own timer is over by then, too.
  await vi.advanceTimersByTimeAsync(5000);
  expect(axis('xaxis')['range']).toEqual([10, 20]);
  expect(axis('yaxis')).toMatchObject({ type: 'log' });
  expect((axis('yaxis')['range'] as number[])[1]).toBeCloseTo(Math.log10(21), 0);
  relayout({ 'xaxis.autorange': true, 'yaxis.autorange': true });
  await vi.advanceTimersByTimeAsync(50);
  expect(axis('xaxis')).toMatchObject({ autorange: false, range: [0.96, 3.04] });
});

it('is not zoomed by its own summary, which ends with the last words', async () => {
  relayout({ 'xaxis.range[0]': 10, 'xaxis.range[1]': 20 });
  for (let i = 1; i < 5; i++) {
    train(2000 + i);
    await vi.advanceTimersByTimeAsync(100);
  }
  await vi.advanceTimersByTimeAsync(3000);
  expect(host.element.textContent).toContain('2,004 steps of epoch 1');
  train(2100);
  await vi.advanceTimersByTimeAsync(50);
  expect(axis('xaxis')['range']).toEqual([10, 20]);
});

it('gives a picture that can be read on white, whatever the theme', async () => {
  host.element.style.setProperty('--lossviz-text', '#ffffff');
  press('Save as PNG');
  await vi.advanceTimersByTimeAsync(10);
  expect(taken?.layout).toMatchObject({
    paper_bgcolor: '#ffffff',
    plot_bgcolor: '#ffffff',
    font: { color: '#212121' }
  });
  expect(taken?.data.length).toBeGreaterThan(0);
});

it('says when nothing could be copied', async () => {
  vi.stubGlobal('navigator', {});
  press('Copy the data');
  await vi.advanceTimersByTimeAsync(10);
  expect(host.element.querySelector('[role=status]')?.textContent).toContain('does not let');
});

it('shows its numbers as a table', async () => {
  press('Show as a table');
  await vi.advanceTimersByTimeAsync(10);
  const table = host.element.querySelector('table');
  expect(table?.caption?.textContent).toContain('the last 200 of 2,000 rows');
  expect(table?.rows[200]?.textContent).toContain('2,000');
});

it('draws the names of the lines into what is saved, and its title', async () => {
  press('Save as PNG');
  await vi.advanceTimersByTimeAsync(10);
  const texts = (taken?.layout['annotations'] as { text: string }[]).map(({ text }) => text);
  expect(texts).toContain('epoch 1');
  expect(taken?.layout['title']).toMatchObject({ text: 'Loss during one epoch' });
});

it('offers a logarithmic scale in the chart, and takes the offer', async () => {
  const offer = [...host.element.querySelectorAll('button')].find(one =>
    one.textContent.startsWith('Try log')
  );
  offer?.click();
  await vi.advanceTimersByTimeAsync(50);
  expect(axis('yaxis')).toMatchObject({ type: 'log' });
  const pressed = host.element.querySelector('[aria-label="Logarithmic scale"]');
  expect(pressed?.getAttribute('aria-pressed')).toBe('true');
  expect(host.element.textContent).not.toContain('Try log');
});

it('is enlarged, and small again with Escape', () => {
  Element.prototype.scrollIntoView = (): void => undefined;
  press('Enlarge');
  expect(host.element.classList.contains('lossviz-enlarged')).toBe(true);
  host.element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
  expect(host.element.classList.contains('lossviz-enlarged')).toBe(false);
});

it('says which values are not shown, and shows them when asked', async () => {
  const losses = Array.from({ length: 100 }, (_, i) => (i === 50 ? 4e32 : 1));
  store.takeSnapshot(
    snapshot('p', { progress: { ...progress, step: 100 } }),
    [[], [], [], [], losses].map(buffer)
  );
  await vi.advanceTimersByTimeAsync(50);
  expect(host.element.textContent).toContain('Values above 1.000 are not shown.');
  expect((axis('yaxis')['range'] as number[])[1]).toBeLessThan(2);
  [...host.element.querySelectorAll('button')].find(one => one.textContent === 'Show all')?.click();
  await vi.advanceTimersByTimeAsync(50);
  expect((axis('yaxis')['range'] as number[])[1]).toBeGreaterThan(4e32);
});

it('follows nothing while it is hidden', async () => {
  const before = layouts.length;
  host.hide();
  train(2100);
  await vi.advanceTimersByTimeAsync(50);
  expect(layouts.length).toBe(before);
  host.show();
  await vi.advanceTimersByTimeAsync(50);
  expect(layouts.length).toBe(before + 1);
});
