/**
 * Inserts and runs a cell with a new loss lab.
 */

import type { ISessionContextDialogs } from '@jupyterlab/apputils';
import { NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';

export const LAB_SOURCE = 'import lossviz\n\nlossviz.LossLab()';

/** Insert a cell that creates a lab below the active one, or into it if it is empty, and run it. */
export async function insertLab(
  panel: NotebookPanel,
  dialogs?: ISessionContextDialogs
): Promise<void> {
  await panel.context.ready;
  await panel.sessionContext.ready;
  const notebook = panel.content;
  const model = notebook.model?.sharedModel;
  if (!model) {
    return;
  }
  const active = model.cells[notebook.activeCellIndex];
  if (active?.cell_type === 'code' && active.getSource().trim() === '') {
    active.updateSource(0, active.getSource().length, LAB_SOURCE);
  } else {
    const index = model.cells.length ? notebook.activeCellIndex + 1 : 0;
    model.insertCell(index, { cell_type: 'code', source: LAB_SOURCE });
    notebook.activeCellIndex = index;
  }
  notebook.deselectAll();
  await NotebookActions.run(notebook, panel.sessionContext, dialogs);
}
