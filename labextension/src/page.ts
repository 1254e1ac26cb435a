/**
 * What the extension offers to every lab of a page, and how a lab finds it.
 *
 * A lab is an anywidget module and knows nothing of JupyterLab. Where the extension runs, it leaves
 * these services under a well-known symbol; elsewhere they are missing and the lab helps itself.
 */

import type { PlotlyModule } from './chart/plotly_types';

export interface PageServices {
  /** Plotly, loaded once for the page. */
  plotly(): Promise<PlotlyModule>;
  /** Put a lab's program into a cell below the one that holds `host`; false where that cannot be. */
  showProgram(host: HTMLElement, labId: string, text: string): Promise<boolean>;
  /** Let the page's own typesetter render the LaTeX between \( and \) in `element`. */
  typeset(element: HTMLElement): void;
}

const KEY = Symbol.for('lossviz.page');

type Holder = Record<symbol, PageServices | undefined>;

/** The services of this page, or undefined where the extension is missing. */
export function pageServices(): PageServices | undefined {
  return (globalThis as unknown as Holder)[KEY];
}

/** Offer these services to every lab of this page. */
export function publishPageServices(services: PageServices): void {
  (globalThis as unknown as Holder)[KEY] = services;
}
