/**
 * What the panel says about the active notebook: its name, its kernel, and what the kernel does.
 */

import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

export interface KernelState {
  notebook: string;
  kernel: string;
  state: string;
}

/** The state of this notebook's kernel, in words; undefined without a notebook. */
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
    state: words(session.kernelDisplayStatus, trans)
  };
}

function words(status: string, trans: TranslationBundle): string {
  const known: Record<string, string> = {
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
    dead: trans.__('dead: restart it to go on'),
    unknown: trans.__('no kernel')
  };
  return known[status] ?? status;
}
