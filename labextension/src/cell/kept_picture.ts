/**
 * Keeps the picture that a notebook holds of each lab up to date, also after a reload.
 *
 * The kernel sends a new picture as an update of the output that it made. A page that was loaded
 * since then does not know which output that is, and JupyterLab drops the update; the output's
 * metadata name the lab, so it can be found.
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

/** Take every new picture of a lab into the notebook of `panel`, as long as the panel lives. */
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

/** Whether the notebook of `panel` keeps a lab's picture, so that its lab will soon be there, too. */
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

/** The pictures of labs that the notebook keeps: outputs, and the place in them. */
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

/** The lab of which an output is the picture. */
function labOf(metadata: Bundle): string | undefined {
  const found = metadata['lossviz'] as { lab?: string } | undefined;
  return found?.lab;
}
