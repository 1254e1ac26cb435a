/**
 * Where a chart gets Plotly from: the page's extension, or once per page from the kernel.
 *
 * 1.2 MB must not travel with every lab, so the widget's module does not contain it.
 */

import { pageServices } from '../page';
import type { PlotlyModule } from './plotly_types';

const KEY = Symbol.for('lossviz.plotly');

type Holder = Record<symbol, Promise<PlotlyModule> | undefined>;

/**
 * Plotly, the same for all labs of the page.
 *
 * @param ask asks the kernel for the bundle's JavaScript text.
 */
export function loadPlotly(ask: () => Promise<DataView>): Promise<PlotlyModule> {
  const services = pageServices();
  if (services) {
    return services.plotly();
  }
  const page = globalThis as unknown as Holder;
  const loading = (page[KEY] ??= ask().then(evaluate));
  // A kernel that did not answer must not keep the next lab from asking again.
  loading.catch(() => {
    page[KEY] = undefined;
  });
  return loading;
}

async function evaluate(text: DataView): Promise<PlotlyModule> {
  const bytes = new Uint8Array(text.byteLength);
  bytes.set(new Uint8Array(text.buffer, text.byteOffset, text.byteLength));
  const url = URL.createObjectURL(new Blob([bytes], { type: 'text/javascript' }));
  const outer = globalThis as unknown as { Plotly?: PlotlyModule; define?: unknown };
  // With an AMD loader on the page (classic notebooks) the bundle would register there instead.
  const define = outer.define;
  outer.define = undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const script = document.createElement('script');
      script.src = url;
      script.onload = () => {
        resolve();
      };
      script.onerror = () => {
        reject(new Error('Plotly could not be loaded'));
      };
      document.head.append(script);
    });
  } finally {
    outer.define = define;
    URL.revokeObjectURL(url);
  }
  if (!outer.Plotly) {
    throw new Error('Plotly could not be loaded');
  }
  return outer.Plotly;
}
