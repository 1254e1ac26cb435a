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
            description: trans.__('The folder for a new notebook, where none is open')
          },
          isLauncher: {
            type: 'boolean',
            description: trans.__('Whether the command stands in the launcher')
          }
        }
      }
    },
    execute: async args => {
      // The launcher is the place for something new, whatever else is open.
      const open = args['isLauncher'] ? null : tracker.currentWidget;
      const cwd = typeof args['cwd'] === 'string' ? args['cwd'] : '';
      const panel = open ?? (await newNotebook(app, cwd));
      await insertLab(panel, dialogs);
    }
  });
}

/** A new notebook in `cwd` with the first Python kernel there is. */
async function newNotebook(app: JupyterFrontEnd, cwd: string): Promise<NotebookPanel> {
  const kernels = app.serviceManager.kernelspecs;
  await kernels.ready;
  const specs = kernels.specs;
  const python = Object.values(specs?.kernelspecs ?? {}).find(spec => spec?.language === 'python');
  const chosen =
    specs?.kernelspecs[specs.default]?.language === 'python' ? specs.default : python?.name;
  return (await app.commands.execute('notebook:create-new', {
    cwd,
    kernelName: chosen ?? specs?.default
  })) as NotebookPanel;
}
