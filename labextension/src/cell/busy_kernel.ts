/**
 * Live views after the page reloads while a cell is running.
 *
 * While a cell runs, the kernel's main thread answers no page, so ipywidgets cannot restore its widgets
 * until the cell finishes. Kernels with subshells answer on another thread: through one of those, our
 * views are shown in the meantime, from what the notebook knows about them.
 */

import type { NotebookPanel } from '@jupyterlab/notebook';
import { StandIn } from './stand_in';

/** The part of a code cell's output area that is used. */
interface OutputArea {
  model: {
    length: number;
    get(index: number): { data: Record<string, unknown>; metadata: object };
  };
  widgets: readonly { node: HTMLElement }[];
}

const VIEW = 'application/vnd.jupyter.widget-view+json';

/** Within this time an idle kernel answers, and ipywidgets has restored its widgets. */
const PATIENCE_MS = 1500;
const PERIOD_MS = 500;

/** Watch the notebook of `panel` from when it opens until its widgets are restored. */
export function bridgeBusyKernel(panel: NotebookPanel): void {
  const standIns = new Map<HTMLElement, StandIn>();
  const opened = performance.now();
  let answered = false;
  const check = (): void => {
    const kernel = panel.sessionContext.session?.kernel;
    for (const [child, standIn] of standIns) {
      if (!child.isConnected || child.querySelector('.lossviz-lab:not(.lossviz-stand-in *)')) {
        standIn.dispose();
        standIns.delete(child);
      }
    }
    // The status is unknown until the kernel's main thread has answered.
    answered ||= kernel !== undefined && kernel !== null && kernel.status !== 'unknown';
    if (answered && standIns.size === 0) {
      window.clearInterval(timer);
    } else if (kernel && !answered && performance.now() - opened > PATIENCE_MS) {
      for (const [child, id] of waitingViews(panel)) {
        if (!standIns.has(child)) {
          standIns.set(child, new StandIn(kernel, id, child));
        }
      }
    }
  };
  const timer = window.setInterval(check, PERIOD_MS);
  panel.disposed.connect(() => {
    window.clearInterval(timer);
    standIns.forEach(standIn => {
      standIn.dispose();
    });
  });
}

/** Our views that the notebook refers to and the page does not show: the place, and the model's id. */
function* waitingViews(panel: NotebookPanel): Generator<[HTMLElement, string]> {
  for (const cell of panel.content.widgets) {
    const { outputArea: area } = cell as { outputArea?: OutputArea };
    for (let i = 0; area && i + 1 < area.model.length; i++) {
      // Each of our views is followed by its static picture.
      const ours = 'lossviz' in area.model.get(i + 1).metadata;
      const view = area.model.get(i).data[VIEW] as { model_id?: string } | undefined;
      const child = area.widgets[i]?.node;
      // Added by ipywidgets; an untrusted notebook has text instead.
      const shown = child?.querySelector('.jp-OutputArea-output:not([data-mime-type])');
      if (ours && view?.model_id && child && shown && !child.querySelector('.lossviz-lab')) {
        yield [child, view.model_id];
      }
    }
  }
}
