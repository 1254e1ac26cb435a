/**
 * The lab's anywidget module.
 */

import type { Code, Form, StatusLine } from '../lab_traits';
import type { FromPage, Saved } from '../messages';
import type { Channel } from './channel';
import { Lab } from './lab';

/** What the module uses of an anywidget model. */
interface Model {
  get(name: 'lab_id'): string;
  get(name: 'form'): Partial<Form> | undefined;
  get(name: 'status'): Partial<StatusLine> | undefined;
  get(name: 'saved'): Partial<Saved> | undefined;
  get(name: 'program'): Partial<Code> | undefined;
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
  const lab = new Lab(model.get('lab_id'), channel(model));
  const showForm = (): void => {
    lab.showForm(model.get('form') ?? {});
  };
  const showStatus = (): void => {
    lab.showStatus(model.get('status') ?? {});
  };
  const showCode = (): void => {
    lab.showCode(model.get('program') ?? {});
  };
  model.on('change:form', showForm);
  model.on('change:status', showStatus);
  model.on('change:program', showCode);
  // ipywidgets says so when the kernel that made the lab has been restarted.
  const disconnect = (): void => {
    lab.disconnect();
  };
  model.on('comm_live_update', disconnect);
  showForm();
  showStatus();
  showCode();
  // A notebook of another version, or of somebody's making, may have saved less.
  const { message, buffers } = model.get('saved') ?? {};
  if (message && buffers) {
    lab.showSaved({ message, buffers });
  }
  // ipywidgets marks the view of a model that comes from the notebook's file.
  if (el.closest('.jupyter-widgets-disconnected')) {
    lab.showWithoutKernel();
  }
  el.append(lab.element);
  return () => {
    model.off('change:form', showForm);
    model.off('change:status', showStatus);
    model.off('change:program', showCode);
    model.off('comm_live_update', disconnect);
    lab.dispose();
    lab.element.remove();
  };
}

export default { render };
