import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ProgramState, TextEdit } from '../../labextension/src/lab_traits';
import type { Source } from '../../labextension/src/messages';
import { ProgramSync, type ProgramEditor } from '../../labextension/src/widget/program_sync';
import { withEdits } from '../../labextension/src/text_edits';

class Editor implements ProgramEditor {
  cell = 'cell';
  shared = false;
  madeFrom = 'dice';
  steps = 0;
  onChange = (): void => undefined;

  constructor(public text: string) {}

  read(): string {
    return this.text;
  }

  edit(edits: readonly TextEdit[]): void {
    this.steps += 1;
    this.text = withEdits(this.text, edits);
    this.onChange();
  }
}

let sent: Source[];
let sync: ProgramSync;
let editor: Editor;

function code(
  revision: number,
  text: string,
  more: Partial<ProgramState> = {}
): Partial<ProgramState> {
  return {
    revision,
    text,
    cell: 'cell',
    handled: { p: sent.length },
    by: '',
    edits: [],
    ...more
  };
}

function type(text: string): void {
  editor.text = text;
  editor.onChange();
}

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  sync = new ProgramSync('p', message => sent.push(message));
  editor = new Editor('one');
  editor.onChange = () => {
    sync.typed();
  };
});

afterEach(() => {
  sync.dispose();
  vi.useRealTimers();
});

it('writes nothing where editor and kernel agree', () => {
  sync.use(editor);
  sync.show(code(1, 'one'));
  vi.advanceTimersByTime(1000);
  expect([editor.steps, sent]).toEqual([0, []]);
});

it('asks what counts when it finds another text, and changes it only after the answer', () => {
  sync.show(code(1, 'two'));
  sync.use(editor);
  expect(sent).toMatchObject([{ text: 'one', opening: true, number: 1, made_from: 'dice' }]);
  sync.show(code(2, 'two', { handled: {} }));
  expect(editor.text).toBe('one');
  sync.show(code(2, 'two'));
  expect(editor.text).toBe('two');
  vi.advanceTimersByTime(1000);
  expect(sent).toHaveLength(1);
});

it('sends what was typed after a moment, once, with the revision it was typed in', () => {
  sync.use(editor);
  sync.show(code(5, 'one'));
  type('one!');
  type('one!!');
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(sent).toMatchObject([{ text: 'one!!', revision: 5, opening: false }]);
  sync.show(code(6, 'one!!'));
  expect(editor.steps).toBe(0);
});

it('makes the edits of the kernel in one step and does not send them back', () => {
  sync.use(editor);
  sync.show(code(1, 'one'));
  sync.show(
    code(2, 'tne!', {
      edits: [
        { start: 0, end: 1, text: 't' },
        { start: 3, end: 3, text: '!' }
      ]
    })
  );
  expect([editor.text, editor.steps]).toEqual(['tne!', 1]);
  vi.advanceTimersByTime(1000);
  expect(sent).toEqual([]);
});

it('lets the kernel put both together when somebody types while it changes something', () => {
  sync.use(editor);
  sync.show(code(1, 'one'));
  type('one # mine');
  sync.show(code(2, 'two'));
  expect(editor.text).toBe('one # mine');
  expect(sent).toMatchObject([{ text: 'one # mine', revision: 1 }]);
  sync.show(code(4, 'two # mine'));
  expect(editor.text).toBe('two # mine');
});

it('does nothing twice where another page was quicker', () => {
  editor.shared = true;
  sync.use(editor);
  sync.show(code(1, 'one'));
  sync.show(code(2, 'two', { by: 'other' }));
  expect(editor.text).toBe('one');
  editor.text = 'two';
  editor.onChange();
  vi.advanceTimersByTime(3000);
  expect([editor.text, editor.steps]).toEqual(['two', 0]);
});

it('leaves the next change of the other page to it, too', () => {
  editor.shared = true;
  sync.use(editor);
  sync.show(code(1, 'one'));
  sync.show(code(2, 'two', { by: 'other' }));
  expect(sync.state).toBe('deferred');
  vi.advanceTimersByTime(500);
  sync.show(code(3, 'three', { by: 'other' }));
  expect(editor.text).toBe('one');
  type('three');
  sync.show(code(3, 'three', { by: 'other' }));
  vi.advanceTimersByTime(3000);
  expect([editor.text, editor.steps]).toEqual(['three', 0]);
});

it('goes through its states, and does not tell what was typed while there was no text', () => {
  sync.use(editor);
  type('one');
  vi.advanceTimersByTime(1000);
  expect([sync.state, sent]).toEqual(['closed', []]);
  sync.show(code(1, 'one'));
  expect(sync.state).toBe('synced');
  type('one!');
  expect(sync.state).toBe('typed');
  vi.advanceTimersByTime(200);
  expect(sync.state).toBe('sent');
  sync.show(code(2, 'one!', { handled: {} }));
  expect(sync.state).toBe('sent');
  sync.show(code(2, 'one!'));
  expect(sync.state).toBe('synced');
  sync.use(undefined);
  expect(sync.state).toBe('closed');
});

it('helps itself where the other page does not come', () => {
  editor.shared = true;
  sync.use(editor);
  sync.show(code(1, 'one'));
  sync.show(code(2, 'two', { by: 'other' }));
  vi.advanceTimersByTime(3000);
  expect(editor.text).toBe('two');
  sync.show(code(3, 'three', { by: 'p' }));
  expect(editor.text).toBe('three');
});

it('says which cell holds the text', () => {
  sync.show(code(3, 'one', { cell: '' }));
  sync.use(editor);
  expect(sent).toMatchObject([{ text: 'one', cell: 'cell' }]);
});

it('begins a code box with the text of the kernel', () => {
  editor.cell = '';
  editor.text = '';
  sync.show(code(1, 'one', { cell: '' }));
  sync.use(editor);
  expect([editor.text, sent]).toEqual(['one', []]);
});

it('waits with a run until both hold the same text', async () => {
  sync.show(code(1, 'two'));
  sync.use(editor);
  let settled = false;
  void sync.settled().then(() => {
    settled = true;
  });
  await vi.advanceTimersByTimeAsync(500);
  expect(settled).toBe(false);
  sync.show(code(3, 'one and two'));
  await vi.advanceTimersByTimeAsync(50);
  expect([settled, editor.text]).toEqual([true, 'one and two']);
});

it('waits no longer than a moment for a kernel that has gone', async () => {
  sync.show(code(1, 'two'));
  sync.use(editor);
  let settled = false;
  void sync.settled().then(() => {
    settled = true;
  });
  await vi.advanceTimersByTimeAsync(4000);
  expect(settled).toBe(true);
});
