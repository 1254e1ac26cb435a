/**
 * A way around comms that JupyterLab sends to a subshell that is no more.
 *
 * JupyterLab gives all comms of one target a subshell of the kernel. When a page is reloaded, the
 * restored widgets may be left with the id of a subshell that has just been closed, and the kernel
 * drops all that is sent to it ("Unknown subshell_id"). Turning the setting off and on again makes
 * every comm of the connection ask for a new one.
 */

import { CommsOverSubshells, type Kernel } from '@jupyterlab/services';

const PAUSE_MS = 200;

export function reviveComms(kernel: Kernel.IKernelConnection | null | undefined): void {
  const mode = kernel?.commsOverSubshells;
  if (!kernel || !mode || mode === CommsOverSubshells.Disabled) {
    return;
  }
  kernel.commsOverSubshells = CommsOverSubshells.Disabled;
  window.setTimeout(() => {
    if (!kernel.isDisposed) {
      kernel.commsOverSubshells = mode;
    }
  }, PAUSE_MS);
}
