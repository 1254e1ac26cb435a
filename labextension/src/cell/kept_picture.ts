/**
 * Keeps the static picture of each lab in the notebook up to date, also after a reload.
 *
 * The kernel sends a new picture as an update of an output it created. A page loaded since then does not
 * know that output's display id, so JupyterLab drops the update; the output's metadata name the lab,
 * which is how it is found here.
 */

import type { NotebookPanel } from '@jupyterlab/notebook';

type Bundle = Record<string, unknown>;

interface Update {
  header: { msg_type: string };
  content: { data?: Bundle; metadata?: Bundle };
}

interface OutputModels {
  length: number;
  get(index: number): { data: Bundle; metadata: Bundle };
  set(index: number, value: Record<string, unknown>): void;
}

/** Put every new picture of a lab into the notebook of `panel`, as long as the panel exists. */
export function keepPictures(panel: NotebookPanel): void {
  const take = (_sender: unknown, message: unknown): void => {
    const { header, content } = message as Update;
    if (header.msg_type === 'update_display_data') {
      takePicture(panel, content);
    }
  };
  panel.sessionContext.iopubMessage.connect(take);
  panel.disposed.connect(() => {
    panel.sessionContext.iopubMessage.disconnect(take);
  });
}

/** Whether the notebook of `panel` has a lab's picture, so that its lab is about to be restored. */
export function keepsPicture(panel: NotebookPanel): boolean {
  return !pictures(panel).next().done;
}

function takePicture(panel: NotebookPanel, { data = {}, metadata = {} }: Update['content']): void {
  const lab = labOf(metadata);
  for (const [outputs, index] of lab ? pictures(panel) : []) {
    const output = outputs.get(index);
    if (labOf(output.metadata) === lab && differs(output.data, data)) {
      outputs.set(index, { output_type: 'display_data', data, metadata });
    }
  }
}

/** The pictures of labs in the notebook: outputs, and the index in them. */
function* pictures(panel: NotebookPanel): Generator<[OutputModels, number]> {
  for (const cell of panel.content.model?.cells ?? []) {
    const outputs = (cell as unknown as { outputs?: OutputModels }).outputs;
    for (let index = 0; outputs && index < outputs.length; index++) {
      if (labOf(outputs.get(index).metadata)) {
        yield [outputs, index];
      }
    }
  }
}

function differs(old: Bundle, data: Bundle): boolean {
  return Object.keys(data).some(kind => old[kind] !== data[kind]);
}

/** The lab that an output shows, if it is a lab's picture. */
function labOf(metadata: Bundle): string | undefined {
  const found = metadata['lossviz'] as { lab?: string } | undefined;
  return found?.lab;
}
