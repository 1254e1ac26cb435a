import { expect, it } from 'vitest';
import { keepPictures, keepsPicture } from '../../labextension/src/cell/kept_picture';

type Handler = (sender: unknown, message: unknown) => void;

class Signal {
  handlers = new Set<Handler>();

  connect(handler: Handler): void {
    this.handlers.add(handler);
  }

  disconnect(handler: Handler): void {
    this.handlers.delete(handler);
  }

  emit(message?: unknown): void {
    this.handlers.forEach(handler => {
      handler(null, message);
    });
  }
}

interface Output {
  data: Record<string, string>;
  metadata: Record<string, unknown>;
}

class Outputs {
  changes = 0;

  constructor(private readonly _list: Output[]) {}

  get length(): number {
    return this._list.length;
  }

  get(index: number): Output {
    return this._list[index] as Output;
  }

  set(index: number, value: Output): void {
    this.changes++;
    this._list[index] = value;
  }
}

function of(lab: string, png: string): Output {
  return { data: { 'image/png': png }, metadata: { lossviz: { lab } } };
}

function panelOf(cells: object[], messages: Signal, disposed: Signal) {
  return {
    sessionContext: { iopubMessage: messages },
    content: { model: { cells } },
    disposed
  } as unknown as Parameters<typeof keepPictures>[0];
}

function open(): { outputs: Outputs; messages: Signal; disposed: Signal } {
  const outputs = new Outputs([
    { data: { 'text/plain': 'a lab' }, metadata: {} },
    of('one', 'old'),
    of('two', 'old')
  ]);
  const [messages, disposed] = [new Signal(), new Signal()];
  keepPictures(panelOf([{ type: 'markdown' }, { outputs }], messages, disposed));
  return { outputs, messages, disposed };
}

function update(content: unknown, type = 'update_display_data'): unknown {
  return { header: { msg_type: type }, content };
}

it('takes a new picture into the output of its own lab, once', () => {
  const { outputs, messages } = open();
  messages.emit(update(of('two', 'new')));
  messages.emit(update(of('two', 'new')));
  expect(outputs.get(1).data['image/png']).toBe('old');
  expect(outputs.get(2).data['image/png']).toBe('new');
  expect(outputs.changes).toBe(1);
});

it('leaves alone what is no picture of a lab', () => {
  const { outputs, messages, disposed } = open();
  messages.emit(update({ data: { 'image/png': 'x' }, metadata: {} }));
  messages.emit(update({ data: { 'image/png': 'x' } }));
  messages.emit(update(of('one', 'x'), 'display_data'));
  messages.emit(update({ execution_state: 'idle' }, 'status'));
  messages.emit(update(of('three', 'x')));
  expect(outputs.changes).toBe(0);
  disposed.emit();
  expect(messages.handlers.size).toBe(0);
});

it('tells a notebook that keeps a picture from one that does not', () => {
  const keeps = (...outputs: Output[]): boolean =>
    keepsPicture(
      panelOf([{ type: 'markdown' }, { outputs: new Outputs(outputs) }], new Signal(), new Signal())
    );
  expect(keeps({ data: {}, metadata: {} }, of('one', 'x'))).toBe(true);
  expect(keeps({ data: { 'image/png': 'x' }, metadata: {} })).toBe(false);
});
