import { expect, it, vi } from 'vitest';
import { StandIn, type IopubMessage, type RawKernel } from '../../labextension/src/cell/stand_in';

interface Sent {
  header: { msg_type: string; subshell_id?: string };
  content: { comm_id?: string; data?: object; subshell_id?: string };
}

class Kernel implements RawKernel {
  readonly clientId = 'c';
  readonly username = 'u';
  control: Sent[] = [];
  shell: Sent[] = [];
  private _slots = new Set<(sender: unknown, message: IopubMessage) => void>();
  readonly iopubMessage = {
    connect: (slot: (sender: unknown, message: IopubMessage) => void) => this._slots.add(slot),
    disconnect: (slot: (sender: unknown, message: IopubMessage) => void) => this._slots.delete(slot)
  };

  constructor(private readonly _features: string[]) {}

  get listeners(): number {
    return this._slots.size;
  }

  sendControlMessage(message: object): { done: Promise<unknown> } {
    this.control.push(message as Sent);
    const content = { supported_features: this._features, subshell_id: 's' };
    return { done: Promise.resolve({ content }) };
  }

  sendShellMessage(message: object): void {
    this.shell.push(message as Sent);
  }

  say(comm: string, data: object, buffers: DataView[] = []): void {
    const header = { msg_type: 'comm_msg' };
    this._slots.forEach(slot => {
      slot(undefined, { header, content: { comm_id: comm, data }, buffers });
    });
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) {
    await Promise.resolve();
  }
}

it('asks the widget over a subshell of its own, and gives that back', async () => {
  const kernel = new Kernel(['kernel subshells']);
  const child = document.createElement('div');
  const standIn = new StandIn(kernel, 'w', child);
  await settled();
  const types = kernel.control.map(one => one.header.msg_type);
  expect(types).toEqual(['kernel_info_request', 'create_subshell_request']);
  expect(kernel.shell.map(one => [one.header.subshell_id, one.content])).toEqual([
    ['s', { comm_id: 'w', data: { method: 'request_state' } }]
  ]);
  standIn.model.send({ type: 'attach' });
  expect(kernel.shell[1]?.content.data).toEqual({
    method: 'custom',
    content: { type: 'attach' }
  });
  standIn.dispose();
  standIn.dispose();
  expect(kernel.listeners).toBe(0);
  expect(kernel.control.map(one => one.header.msg_type).slice(2)).toEqual([
    'delete_subshell_request'
  ]);
  standIn.model.send({ type: 'detach' });
  expect(kernel.shell).toHaveLength(2);
});

it('gives the model what the kernel says of this widget, and nothing else', async () => {
  const kernel = new Kernel(['kernel subshells']);
  const standIn = new StandIn(kernel, 'w', document.createElement('div'));
  await settled();
  const changed = vi.fn();
  const heard = vi.fn();
  standIn.model.on('change:status', changed);
  standIn.model.on('msg:custom', heard);
  kernel.say('other', { method: 'update', state: { status: 'no' } });
  kernel.say('w', { method: 'update', state: { status: 'yes', saved: { buffers: [] } } });
  expect(standIn.model.get('status')).toBe('yes');
  expect(standIn.model.get('saved')).toBeUndefined();
  expect(changed).toHaveBeenCalledTimes(1);
  const buffer = new DataView(Float32Array.of(0, 2).buffer, 4);
  kernel.say('w', { method: 'custom', content: { type: 'append' } }, [buffer]);
  const [content, buffers] = heard.mock.calls[0] as [object, DataView[]];
  expect(content).toEqual({ type: 'append' });
  expect(buffers[0]?.getFloat32(0, true)).toBe(2);
  standIn.model.off('change:status', changed);
  kernel.say('w', { method: 'update', state: { status: 'again' } });
  expect(changed).toHaveBeenCalledTimes(1);
  standIn.dispose();
});

it('leaves a kernel without subshells alone', async () => {
  const kernel = new Kernel([]);
  new StandIn(kernel, 'w', document.createElement('div'));
  await settled();
  expect(kernel.control).toHaveLength(1);
  expect(kernel.shell).toEqual([]);
  expect(kernel.listeners).toBe(0);
});
