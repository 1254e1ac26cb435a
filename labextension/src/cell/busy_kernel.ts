/**
 * Live views after a reload in the middle of a cell.
 *
 * A page that is loaded while a cell runs gets no answer from the kernel's main thread, so ipywidgets
 * cannot bring its widgets back before the cell has ended. Kernels with subshells answer on a thread
 * of its own: through one, our views are put up meanwhile, by what the notebook knows of them.
 */

import type { NotebookPanel } from '@jupyterlab/notebook';
import { StandIn } from './stand_in';

/** What is used of a code cell's outputs. */
interface OutputArea {
  model: {
    length: number;
    get(index: number): { data: Record<string, unknown>; metadata: object };
  };
  widgets: readonly { node: HTMLElement }[];
}

const VIEW = 'application/vnd.jupyter.widget-view+json';

/** A kernel that has nothing to do answers, and ipywidgets is done, within this. */
const PATIENCE_MS = 1500;
const PERIOD_MS = 500;

/** Watch the notebook of `panel` from its opening until its widgets are there. */
export function bridgeBusyKernel(panel: NotebookPanel): void {
  const standIns = new Map<HTMLElement, StandIn>();
  const opened = performance.now();
  let answered = false;
  const look = (): void => {
    const kernel = panel.sessionContext.session?.kernel;
    for (const [child, standIn] of standIns) {
      if (!child.isConnected || child.querySelector('.lossviz-lab:not(.lossviz-stand-in *)')) {
        standIn.dispose();
        standIns.delete(child);
      }
    }
    // What it says of itself at the beginning, until its main thread has answered.
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
  const timer = window.setInterval(look, PERIOD_MS);
  panel.disposed.connect(() => {
    window.clearInterval(timer);
    standIns.forEach(standIn => {
      standIn.dispose();
    });
  });
}

/** Our views that the notebook names and that are not on the page: where, and by which id. */
function* waitingViews(panel: NotebookPanel): Generator<[HTMLElement, string]> {
  for (const cell of panel.content.widgets) {
    const { outputArea: area } = cell as { outputArea?: OutputArea };
    for (let i = 0; area && i + 1 < area.model.length; i++) {
      // Our picture comes next to each of our views.
      const ours = 'lossviz' in area.model.get(i + 1).metadata;
      const view = area.model.get(i).data[VIEW] as { model_id?: string } | undefined;
      const child = area.widgets[i]?.node;
      // What ipywidgets has put there; in a notebook that is not trusted there is text instead.
      const shown = child?.querySelector('.jp-OutputArea-output:not([data-mime-type])');
      if (ours && view?.model_id && child && shown && !child.querySelector('.lossviz-lab')) {
        yield [child, view.model_id];
      }
    }
  }
}
