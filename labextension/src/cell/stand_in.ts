/**
 * Shows one of our views over a subshell of a busy kernel, until ipywidgets can.
 *
 * It exchanges ipywidgets' messages with the widget in the kernel, and offers our module the few methods
 * of a widget model that it uses.
 */

import { UUID } from '@lumino/coreutils';

/** The part of a kernel connection that is used. */
export interface RawKernel {
  readonly clientId: string;
  readonly username: string;
  readonly iopubMessage: {
    connect(slot: (sender: unknown, message: IopubMessage) => void): unknown;
    disconnect(slot: (sender: unknown, message: IopubMessage) => void): unknown;
  };
  sendControlMessage(message: object, expectReply: true): { done: Promise<unknown> };
  sendShellMessage(message: object, expectReply: false): unknown;
}

export interface IopubMessage {
  header: { msg_type: string };
  content: object;
  buffers?: (ArrayBuffer | ArrayBufferView)[];
}

interface WidgetModule {
  default: {
    render(context: { model: StandInModel; el: HTMLElement }): Cleanup | Promise<Cleanup>;
  };
}

type Cleanup = (() => void) | undefined;
type Handler = (...values: unknown[]) => void;

interface WidgetContent {
  comm_id?: string;
  data?: { method?: string; state?: Record<string, unknown>; content?: unknown };
}

/** The part of a widget model that our views use. */
export class StandInModel {
  private _state: Record<string, unknown> = {};
  private _handlers = new Map<string, Set<Handler>>();

  constructor(private readonly _send: (content: unknown) => void) {}

  get(name: string): unknown {
    return this._state[name];
  }

  on(event: string, handler: Handler): void {
    const handlers = this._handlers.get(event) ?? new Set();
    this._handlers.set(event, handlers.add(handler));
  }

  off(event: string, handler: Handler): void {
    this._handlers.get(event)?.delete(handler);
  }

  send(content: unknown): void {
    this._send(content);
  }

  /** Take the state of the kernel's widget. */
  update(state: Record<string, unknown>): void {
    Object.assign(this._state, state);
    Object.keys(state).forEach(name => {
      this.emit(`change:${name}`);
    });
  }

  emit(event: string, ...values: unknown[]): void {
    this._handlers.get(event)?.forEach(handler => {
      handler(...values);
    });
  }
}

export class StandIn {
  readonly model = new StandInModel(content => {
    this._sendData({ method: 'custom', content });
  });
  private _element = document.createElement('div');
  private _subshell: string | undefined;
  private _cleanup: Cleanup;
  private _rendered = false;
  private _disposed = false;

  /**
   * @param _kernel the busy kernel.
   * @param _id the id of the widget's comm and model.
   * @param _child the output in which ipywidgets will show the view.
   */
  constructor(
    private readonly _kernel: RawKernel,
    private readonly _id: string,
    private readonly _child: HTMLElement
  ) {
    this._element.className = 'lossviz-stand-in';
    _kernel.iopubMessage.connect(this._take);
    this._open().catch(() => {
      // A kernel without subshells: the static picture stays until the cell has finished.
      this.dispose();
    });
  }

  dispose(): void {
    if (this._disposed) {
      return;
    }
    this._disposed = true;
    this._kernel.iopubMessage.disconnect(this._take);
    this._cleanup?.();
    this._element.remove();
    this._child.classList.remove('lossviz-stands-in');
    if (this._subshell !== undefined) {
      void this._request('delete_subshell_request', { subshell_id: this._subshell });
    }
  }

  private async _open(): Promise<void> {
    // The main thread is busy; the control thread answers.
    const info = await this._request('kernel_info_request', {});
    if (!(info['supported_features'] as string[] | undefined)?.includes('kernel subshells')) {
      throw new Error('no subshells');
    }
    const { subshell_id: id } = await this._request('create_subshell_request', {});
    if (this._disposed) {
      void this._request('delete_subshell_request', { subshell_id: id });
      return;
    }
    this._subshell = String(id);
    this._sendData({ method: 'request_state' });
  }

  private async _request(type: string, content: object): Promise<Record<string, unknown>> {
    const message = this._message(type, 'control', content);
    const reply = await this._kernel.sendControlMessage(message, true).done;
    return (reply as { content: Record<string, unknown> }).content;
  }

  private _sendData(data: object): void {
    if (this._subshell === undefined || this._disposed) {
      return;
    }
    const content = { comm_id: this._id, data };
    const message = this._message('comm_msg', 'shell', content, { subshell_id: this._subshell });
    this._kernel.sendShellMessage(message, false);
  }

  private _message(type: string, channel: string, content: object, header: object = {}): object {
    return {
      header: {
        msg_id: UUID.uuid4(),
        msg_type: type,
        username: this._kernel.username,
        session: this._kernel.clientId,
        date: new Date().toISOString(),
        version: '5.4',
        ...header
      },
      parent_header: {},
      metadata: {},
      content,
      channel,
      buffers: []
    };
  }

  private _take = (_sender: unknown, message: IopubMessage): void => {
    const { comm_id: id, data } = message.content as WidgetContent;
    if (message.header.msg_type !== 'comm_msg' || id !== this._id || !data) {
      return;
    }
    if (data.method === 'update') {
      // Only the saved state has buffers, and a live view does not need it.
      this.model.update({ ...data.state, saved: undefined });
      void this._render();
    } else if (data.method === 'custom') {
      this.model.emit('msg:custom', data.content, (message.buffers ?? []).map(viewOf));
    }
  };

  private async _render(): Promise<void> {
    const source = this.model.get('_esm');
    const css = this.model.get('_css');
    if (this._rendered || typeof source !== 'string' || typeof css !== 'string') {
      return;
    }
    this._rendered = true;
    const style = document.createElement('style');
    style.textContent = css;
    const el = document.createElement('div');
    this._element.append(style, el);
    this._child.append(this._element);
    this._child.classList.add('lossviz-stands-in');
    const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    try {
      const module = (await import(/* webpackIgnore: true */ url)) as WidgetModule;
      const cleanup = await module.default.render({ model: this.model, el });
      if (this._disposed) {
        cleanup?.();
      } else {
        this._cleanup = cleanup;
      }
    } finally {
      URL.revokeObjectURL(url);
    }
  }
}

function viewOf(buffer: ArrayBuffer | ArrayBufferView): DataView {
  return buffer instanceof ArrayBuffer
    ? new DataView(buffer)
    : new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
