import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { epochLoss } from '../../labextension/src/chart/epoch_loss';
import type { ChartKind } from '../../labextension/src/chart/kind';
import { PlotOverlay } from '../../labextension/src/chart/plot_overlay';
import { Pointing } from '../../labextension/src/chart/pointing';
import { nearest, readout } from '../../labextension/src/chart/readout';
import { SharedView } from '../../labextension/src/chart/shared_view';
import { stepLoss } from '../../labextension/src/chart/step_loss';
import { seriesChart } from '../../labextension/src/chart/step_series';
import { RunStore } from '../../labextension/src/store/run_store';
import { buffer, chartView, progress, row, run, snapshot } from './runs';
import { Wire } from './wire';

const steps = seriesChart({ name: 'loss', kind: 'step', unit: '' });

let store: RunStore;
let shared: SharedView;

beforeEach(() => {
  vi.useFakeTimers();
  shared = new SharedView();
  store = new RunStore('p', new Wire());
  // Two epochs of three steps; the second has just ended.
  const at = { ...progress, step: 6, epoch: 2, epoch_start: 3, seconds: 2 };
  store.takeSnapshot(
    snapshot('p', { run, progress: at, rows: [row(1, 5, 6), row(2, 2, 3)] }),
    [[], [], [], [], [6, 5, 4, 3, 2, 1]].map(buffer)
  );
});

afterEach(() => {
  store.dispose();
  vi.useRealTimers();
});

interface Pointed {
  plot: HTMLElement;
  pointing: Pointing;
  mark: HTMLElement;
}

/** A chart as its host puts it together, 660 pixels wide. */
function chart(kind: ChartKind, axis: string): Pointed {
  const plot = document.createElement('div');
  const overlay = new PlotOverlay();
  const pointing = new Pointing(plot, overlay, shared);
  const figure = kind.figure(store, { ...chartView, options: { axis } });
  overlay.fit(figure, chartView.width, chartView.height);
  pointing.fit(figure);
  pointing.follow();
  return { plot, pointing, mark: overlay.element.querySelector('.lossviz-mark') as HTMLElement };
}

function press(plot: HTMLElement, key: string): void {
  plot.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  vi.advanceTimersByTime(50);
}

it('marks the same step in all charts, and each says its values there', () => {
  const [epochs, all, one] = [
    chart(epochLoss, 'epoch'),
    chart(steps, 'step'),
    chart(stepLoss, 'step')
  ];
  press(epochs.plot, 'ArrowRight');
  expect(epochs.pointing.values.textContent).toBe('epoch 1: training 5.000, validation 6.000');
  expect(all.pointing.values.textContent).toBe('step 3: run 1 4.000');
  expect([epochs.mark.hidden, all.mark.hidden]).toEqual([false, false]);
  // The third step is not in the second epoch.
  expect([one.mark.hidden, one.pointing.values.textContent]).toEqual([true, '']);
  press(one.plot, 'End');
  expect(one.pointing.values.textContent).toContain('step 3: epoch 2 1.000');
  expect(epochs.pointing.values.textContent).toContain('epoch 2: training 2.000');
  expect(all.pointing.values.textContent).toBe('step 6: run 1 1.000');
  expect(one.pointing.spoken.textContent).toContain('step 3');
  expect(all.pointing.spoken.textContent).toBe('');
});

it('moves point by point with the keys, from one end to the other, and lets go', () => {
  const { plot, pointing } = chart(steps, 'step');
  const said = (key: string): string => {
    press(plot, key);
    return (pointing.values.textContent ?? '').split(':')[0] ?? '';
  };
  expect(
    ['Home', 'ArrowLeft', 'ArrowRight', 'ArrowRight', 'PageDown', 'ArrowLeft'].map(said)
  ).toEqual(['step 1', 'step 1', 'step 2', 'step 3', 'step 6', 'step 5']);
  expect(said('Escape')).toBe('');
  expect(shared.step).toBeNull();
});

it('hears of the mark once a frame, however often the pointer moves', () => {
  const heard: (number | null)[] = [];
  shared.onMark(step => heard.push(step));
  for (let step = 0; step < 50; step++) {
    shared.point(step);
  }
  vi.advanceTimersByTime(50);
  expect(heard).toEqual([49]);
});

it('finds the nearest point, and none beyond the ends of a line', () => {
  const x = [1, 2, 4];
  expect([0, 1.4, 1.6, 3.1, 9].map(at => nearest(x, at))).toEqual([0, 0, 1, 2, 2]);
  expect(nearest([], 1)).toBe(-1);
  const readable = [
    { name: 'long', x: [1, 2, 3, 4, 5, 6], y: [1, 1, 1, 1, 1, 7] },
    { name: 'short', x: [1, 2], y: [3, 3] }
  ];
  expect(readout({ readable, unit: 'epoch' }, 6)).toBe('epoch 6: long 7.000');
  expect(readout({ readable, unit: 'min' }, 2)).toBe('2 min: long 1.000, short 3.000');
  const many = Array.from({ length: 8 }, (_, i) => ({ name: `${i}`, x: [1], y: [1] }));
  expect(readout({ readable: many, unit: 'step' }, 1)).toContain('4 1.000, 3 more');
});
