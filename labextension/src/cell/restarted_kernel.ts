/**
 * Comms after a kernel was restarted by somebody else: another client, or the server.
 *
 * JupyterLab sends the messages of comms to a subshell of the kernel. It forgets that subshell when it
 * restarts the kernel itself; otherwise it keeps sending to one that no longer exists, and the kernel
 * answers no widget any more.
 */

import type { NotebookPanel } from '@jupyterlab/notebook';
import type { IopubMessage } from './stand_in';

/** The part of a kernel connection that is used. */
interface Comms {
  readonly isDisposed: boolean;
  /** Missing in front ends without subshells. */
  commsOverSubshells?: string;
}

const DISABLED = 'disabled';

/** Watch the kernel of `panel`. */
export function hearRestarts(panel: NotebookPanel): void {
  const { sessionContext } = panel;
  let expected = false;
  sessionContext.statusChanged.connect((_sender, status) => {
    expected ||= status === 'restarting' || status === 'autorestarting';
  });
  sessionContext.iopubMessage.connect((_sender, message) => {
    if (isStart(message)) {
      if (!expected) {
        renewSubshells(panel);
      }
      expected = false;
    }
  });
}

function isStart({ header, content }: IopubMessage): boolean {
  return (
    header.msg_type === 'status' &&
    'execution_state' in content &&
    content.execution_state === 'starting'
  );
}

/** Let the comms forget their subshell; they get one of the new kernel. */
function renewSubshells(panel: NotebookPanel): void {
  const kernel = panel.sessionContext.session?.kernel as Comms | null | undefined;
  if (!kernel?.commsOverSubshells || kernel.commsOverSubshells === DISABLED) {
    return;
  }
  const mode = kernel.commsOverSubshells;
  kernel.commsOverSubshells = DISABLED;
  window.setTimeout(() => {
    if (!kernel.isDisposed) {
      kernel.commsOverSubshells = mode;
    }
  });
}
