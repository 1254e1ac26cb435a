/**
 * What a view is: a folder that makes an element out of the page's runs.
 */

import type { ChartContext } from '../chart/host';
import type { FromKernel } from '../messages';

/** What a view gets from the lab that holds it. */
export interface ViewContext extends ChartContext {
  /** The id of the lab or run view, which stays when the page is loaded again. */
  lab: string;
  /** Asks the kernel for predictions of the model; undefined where nothing can answer. */
  predict: (() => void) | undefined;
}

/** A view that is made. It is made when it is first looked at, and follows only while it is seen. */
export interface View {
  readonly element: HTMLElement;
  /** It is on the page now. */
  show(): void;
  /** It is not, until `show`. */
  hide(): void;
  /** The kernel has answered this page. */
  take?(message: FromKernel, buffers: DataView[]): void;
  /** The colours have changed. */
  recolour?(): void;
  dispose(): void;
}

export interface ViewKind {
  id: string;
  /** The name of its tab. */
  title: string;
  make(context: ViewContext): View;
}
