/**
 * The anywidget module of labs and of runs' own views.
 */

import type { ProgramState } from '../lab_traits';
import type { FromPage } from '../messages';
import type { Channel } from '../transport/channel';
import { checkedForm, checkedSaved, checkedStatus } from './checked_traits';
import { Lab } from './lab';
import { translateWith } from '../i18n/translation';
import { pageServices } from '../page';
import { RunView } from './run_view';

/** What the module uses of an anywidget model. */
interface Model {
  get(name: 'kind'): 'lab' | 'run';
  get(name: 'lab_id'): string;
  get(name: 'form' | 'status' | 'saved'): unknown;
  get(name: 'program'): Partial<ProgramState> | undefined;
  on(event: string, handler: (...values: never[]) => void): void;
  off(event: string, handler: (...values: never[]) => void): void;
  send(message: FromPage): void;
}

function channel(model: Model): Channel {
  return {
    send: message => {
      model.send(message);
    },
    onMessage: handler => {
      model.on('msg:custom', handler);
      return () => {
        model.off('msg:custom', handler);
      };
    }
  };
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  translateWith(pageServices()?.translation);
  const id = model.get('lab_id');
  const view =
    model.get('kind') === 'run' ? new RunView(id, channel(model)) : new Lab(id, channel(model));
  const traits: Record<string, () => void> = {
    form: () => {
      view.showForm(checkedForm(model.get('form')));
    },
    status: () => {
      view.showStatus(checkedStatus(model.get('status')));
    }
  };
  if (view instanceof Lab) {
    traits['program'] = () => {
      view.showCode(model.get('program') ?? {});
    };
  }
  // ipywidgets says so when the kernel that made the view has been restarted.
  const disconnect = (): void => {
    view.disconnect();
  };
  model.on('comm_live_update', disconnect);
  for (const [name, show] of Object.entries(traits)) {
    model.on(`change:${name}`, show);
    show();
  }
  // A notebook of another version, or of somebody's making, may have saved less.
  const saved = checkedSaved(model.get('saved'));
  if (saved) {
    view.showSaved(saved);
  }
  // ipywidgets marks the view of a model that comes from the notebook's file.
  if (el.closest('.jupyter-widgets-disconnected')) {
    view.showWithoutKernel();
  }
  el.append(view.element);
  return () => {
    for (const [name, show] of Object.entries(traits)) {
      model.off(`change:${name}`, show);
    }
    model.off('comm_live_update', disconnect);
    view.dispose();
    view.element.remove();
  };
}

export default { render };
