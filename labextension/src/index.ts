/**
 * The plugins of lossviz.
 */

import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, ISessionContextDialogs } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ILatexTypesetter } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { bridgeBusyKernel } from './cell/busy_kernel';
import { keepPictures, keepsPicture } from './cell/kept_picture';
import { LabCell } from './cell/lab_cell';
import { hearRestarts } from './cell/restarted_kernel';
import { NEW_LAB, addCommands } from './commands';
import { publishPageServices } from './page';
import { BUNDLES, loadPlotly } from './plotly';
import { LossPanel } from './panel/panel';

const services: JupyterFrontEndPlugin<void> = {
  id: 'lossviz:services',
  description: 'Provides Plotly, notebook cells, typesetting and translations to labs.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ILatexTypesetter, ISessionContextDialogs, ITranslator],
  activate: (
    _app,
    tracker: INotebookTracker,
    typesetter: ILatexTypesetter | null,
    dialogs: ISessionContextDialogs | null,
    translator: ITranslator | null
  ) => {
    const translators = translator ?? nullTranslator;
    const trans = translators.load('lossviz');
    tracker.widgetAdded.connect((_sender, panel) => {
      keepPictures(panel);
      bridgeBusyKernel(panel);
      hearRestarts(panel);
      void panel.context.ready.then(() => {
        if (keepsPicture(panel)) {
          // The charts need it as soon as ipywidgets has restored the lab. If it cannot be loaded,
          // they say so then.
          loadPlotly().catch(() => undefined);
        }
      });
    });
    publishPageServices({
      plotly: loadPlotly,
      bundles: BUNDLES,
      bindCell: (host, labId, listener) => {
        const panel = tracker.find(
          ({ node, content }) => node.contains(host) && content.model !== null
        );
        return panel
          ? new LabCell(panel, host, labId, listener, trans, dialogs ?? undefined)
          : undefined;
      },
      typeset: element => {
        void typesetter?.typeset(element);
      },
      translation: translators.load('lossviz_widget')
    });
  }
};

const commands: JupyterFrontEndPlugin<void> = {
  id: 'lossviz:commands',
  description: 'Adds the command "New loss lab" to the palette and the launcher.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ICommandPalette, ILauncher, ISessionContextDialogs, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    dialogs: ISessionContextDialogs | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('lossviz');
    addCommands({ app, tracker, dialogs: dialogs ?? undefined, trans });
    palette?.addItem({ command: NEW_LAB, category: trans.__('Loss lab') });
    launcher?.add({
      command: NEW_LAB,
      args: { isLauncher: true },
      category: trans.__('Notebook'),
      rank: 10
    });
  }
};

const panel: JupyterFrontEndPlugin<void> = {
  id: 'lossviz:panel',
  description: 'Adds the side panel of the loss lab.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load('lossviz');
    const widget = new LossPanel(
      tracker,
      () => {
        void app.commands.execute(NEW_LAB);
      },
      trans
    );
    restorer?.add(widget, widget.id);
    app.shell.add(widget, 'left', { rank: 600 });
  }
};

export default [services, commands, panel];
