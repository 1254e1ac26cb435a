/**
 * The commands of lossviz.
 */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ISessionContextDialogs } from '@jupyterlab/apputils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { insertLab } from './cell/new_lab';
import { lossIcon } from './icon';

export const NEW_LAB = 'lossviz:new-lab';

export interface CommandServices {
  app: JupyterFrontEnd;
  tracker: INotebookTracker;
  dialogs: ISessionContextDialogs | undefined;
  trans: TranslationBundle;
}

/** Add the commands to the application. */
export function addCommands({ app, tracker, dialogs, trans }: CommandServices): void {
  app.commands.addCommand(NEW_LAB, {
    label: args => (args['isLauncher'] ? trans.__('Loss lab') : trans.__('New loss lab')),
    caption: trans.__('Insert and run a cell with a new loss lab'),
    icon: lossIcon,
    describedBy: {
      args: {
        type: 'object',
        properties: {
          cwd: {
            type: 'string',
            description: trans.__('The folder for a new notebook if none is open')
          },
          isLauncher: {
            type: 'boolean',
            description: trans.__('Whether the command is run from the launcher')
          }
        }
      }
    },
    execute: async args => {
      // The launcher is for new documents, whatever else is open.
      const open = args['isLauncher'] ? null : tracker.currentWidget;
      const cwd = typeof args['cwd'] === 'string' ? args['cwd'] : '';
      const panel = open ?? (await newNotebook(app, cwd));
      await insertLab(panel, dialogs);
    }
  });
}

/** A new notebook in `cwd` with the default kernel if that is Python, or else the first Python one. */
async function newNotebook(app: JupyterFrontEnd, cwd: string): Promise<NotebookPanel> {
  const kernels = app.serviceManager.kernelspecs;
  await kernels.ready;
  const specs = kernels.specs;
  const python = Object.values(specs?.kernelspecs ?? {}).find(spec => spec?.language === 'python');
  const name =
    specs?.kernelspecs[specs.default]?.language === 'python' ? specs.default : python?.name;
  return (await app.commands.execute('notebook:create-new', {
    cwd,
    kernelName: name ?? specs?.default
  })) as NotebookPanel;
}
