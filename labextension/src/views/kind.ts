/**
 * What a view is: a folder that makes an element out of the page's runs.
 */

import type { ChartContext } from '../chart/host';
import type { FromKernel, FromPage } from '../messages';

/** The way from a view to what answers it in the kernel. */
export interface KernelLine {
  /** What the kernel calls this page; its answers go there. */
  readonly page: string;
  /** Send; false where the kernel cannot be asked now. */
  send(message: FromPage): boolean;
}

/** What there is to say before the first run. */
export interface FirstRun {
  text: string;
  /** Starts one; undefined where nothing can be started now. */
  train?: () => void;
}

/** What a view gets from the lab that holds it. */
export interface ViewContext extends ChartContext {
  /** The id of the lab or run view, which stays when the page is loaded again. */
  lab: string;
  /** What to say, and what can be done, before the first run; it changes with the slice `run`. */
  first?: () => FirstRun;
  /** Opens the view that puts runs side by side, with these; undefined where there is none. */
  compareRuns?: (runs: readonly string[]) => void;
  /** Asks the kernel for predictions of the model; undefined where nothing can answer. */
  predict: (() => void) | undefined;
  /** Undefined where no lab's kernel stands behind the view. */
  kernel?: KernelLine;
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
  /** Put the runs with these ids side by side. */
  compareRuns?(runs: readonly string[]): void;
  dispose(): void;
}

export interface ViewKind {
  id: string;
  /** The name of its tab. */
  title: string;
  /** Whether only a lab has it, whose side in the kernel answers it. */
  ofLab?: boolean;
  /** Whether it takes the room of a lab's form, too. */
  wide?: boolean;
  /** Whether it can put runs side by side. */
  compares?: boolean;
  make(context: ViewContext): View;
}
