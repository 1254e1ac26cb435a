/**
 * The active notebook as the panel shows it: its name, its kernel, and the kernel's state.
 */

import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

export interface KernelState {
  notebook: string;
  kernel: string;
  state: string;
}

/** The state of this notebook's kernel; undefined without a notebook. */
export function kernelState(
  panel: NotebookPanel | null,
  trans: TranslationBundle
): KernelState | undefined {
  if (!panel) {
    return undefined;
  }
  const session = panel.sessionContext;
  return {
    notebook: panel.title.label,
    kernel: session.kernelDisplayName,
    state: statusText(session.kernelDisplayStatus, trans)
  };
}

function statusText(status: string, trans: TranslationBundle): string {
  const texts: Record<string, string> = {
    idle: trans.__('ready'),
    busy: trans.__('busy'),
    starting: trans.__('starting'),
    restarting: trans.__('restarting'),
    autorestarting: trans.__('restarting'),
    initializing: trans.__('starting'),
    connecting: trans.__('connecting'),
    connected: trans.__('ready'),
    disconnected: trans.__('disconnected'),
    terminating: trans.__('shutting down'),
    dead: trans.__('dead; restart it to continue'),
    unknown: trans.__('no kernel')
  };
  return texts[status] ?? status;
}
