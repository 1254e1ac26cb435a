import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Bundle, type Customer } from '../../labextension/src/chart/bundles';
import type { PlotlyModule } from '../../labextension/src/chart/plotly_types';
import type { PageServices } from '../../labextension/src/page';
import { buffer } from './runs';

const PLOTLY = { purge: () => undefined } as unknown as PlotlyModule;

/** Someone whose kernel answers, or does not. */
class Lab implements Customer {
  asked = 0;
  lates = 0;
  plotly: PlotlyModule | undefined;
  reachable = true;

  ask(): boolean {
    this.asked += this.reachable ? 1 : 0;
    return this.reachable;
  }

  loaded(plotly: PlotlyModule): void {
    this.plotly = plotly;
  }

  late(): void {
    this.lates += 1;
  }
}

let services: PageServices | undefined;
let broken: boolean;
let bundle: Bundle;

function load(): Promise<PlotlyModule> {
  return broken ? Promise.reject(new Error('no module')) : Promise.resolve(PLOTLY);
}

beforeEach(() => {
  vi.useFakeTimers();
  services = undefined;
  broken = false;
  bundle = new Bundle('cartesian', () => services, load);
});

afterEach(() => {
  vi.useRealTimers();
});

it('is asked for once, however many labs want it', async () => {
  const labs = [new Lab(), new Lab(), new Lab()];
  labs.forEach(lab => bundle.want(lab));
  expect(labs.map(lab => lab.asked)).toEqual([1, 0, 0]);
  await bundle.deliver(buffer([]));
  expect(labs.every(lab => lab.plotly === PLOTLY)).toBe(true);
  const late = new Lab();
  bundle.want(late);
  expect([late.plotly, late.asked]).toEqual([PLOTLY, 0]);
});

it('asks another lab at once when the one that has asked is gone', () => {
  const [first, second] = [new Lab(), new Lab()];
  const forget = bundle.want(first);
  bundle.want(second);
  forget();
  expect(second.asked).toBe(1);
});

it('does not wait for a saved lab whose kernel is gone', async () => {
  const saved = new Lab();
  bundle.want(saved);
  saved.reachable = false;
  bundle.again();
  const alive = new Lab();
  bundle.want(alive);
  expect(alive.asked).toBe(1);
  await bundle.deliver(buffer([]));
  expect([saved.plotly, alive.plotly]).toEqual([PLOTLY, PLOTLY]);
});

it('asks again when nobody answers, then says so, and takes a late answer', async () => {
  const [first, second] = [new Lab(), new Lab()];
  bundle.want(first);
  bundle.want(second);
  await vi.advanceTimersByTimeAsync(17_000);
  expect([first.asked, second.asked, first.lates]).toEqual([1, 1, 0]);
  await vi.advanceTimersByTimeAsync(40_000);
  expect(first.asked + second.asked).toBe(3);
  expect(first.lates).toBeGreaterThan(0);
  await bundle.deliver(buffer([]));
  expect([first.plotly, second.plotly]).toEqual([PLOTLY, PLOTLY]);
});

it('tries again after a text that is no module', async () => {
  const lab = new Lab();
  bundle.want(lab);
  broken = true;
  await bundle.deliver(buffer([]));
  expect(lab.plotly).toBeUndefined();
  broken = false;
  await vi.advanceTimersByTimeAsync(1100);
  expect(lab.asked).toBe(2);
  await bundle.deliver(buffer([]));
  expect(lab.plotly).toBe(PLOTLY);
});

it("takes the extension's, and the kernel's where that cannot be loaded", async () => {
  const plotly = vi.fn(() => Promise.reject(new Error('gone')));
  services = { plotly, bundles: ['cartesian'] } as unknown as PageServices;
  const lab = new Lab();
  bundle.want(lab);
  await vi.advanceTimersByTimeAsync(5000);
  expect(plotly).toHaveBeenCalledTimes(2);
  expect(plotly).toHaveBeenCalledWith('cartesian');
  expect(lab.asked).toBe(1);
  // One that has other bundles only is of no use.
  services = { plotly, bundles: ['gl3d'] } as unknown as PageServices;
  const other = new Bundle('cartesian', () => services, load);
  const second = new Lab();
  other.want(second);
  expect(second.asked).toBe(1);
});
