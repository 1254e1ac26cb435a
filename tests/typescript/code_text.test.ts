import { afterEach, beforeEach, expect, it } from 'vitest';
import editorModule from '../../labextension/src/editor';
import type { Comparison } from '../../labextension/src/messages';
import { publishPageServices, type PageServices } from '../../labextension/src/page';
import { CodeText } from '../../labextension/src/widget/code_text';
import { ComparisonBox } from '../../labextension/src/widget/comparison';

let arrive: () => Promise<void>;
let typed: number;
let text: CodeText;

beforeEach(() => {
  // Each test waits for a bundle anew.
  const page = globalThis as unknown as Record<symbol, Map<string, unknown> | undefined>;
  page[Symbol.for('lossviz.bundles.1')]?.clear();
  const loading = new Promise<void>(resolve => {
    arrive = async () => {
      resolve();
      await new Promise(done => setTimeout(done, 0));
    };
  });
  publishPageServices({
    bundles: ['editor'],
    plotly: async () => {
      await loading;
      return editorModule;
    }
  } as unknown as PageServices);
  typed = 0;
  text = new CodeText({
    label: 'Program',
    readOnly: false,
    typed: () => {
      typed += 1;
    },
    ask: () => false
  });
  document.body.append(text.element);
});

afterEach(() => {
  text.dispose();
  text.element.remove();
});

function area(): HTMLTextAreaElement | null {
  return text.element.querySelector('textarea');
}

it('is a text area until CodeMirror comes, which keeps what was typed and the focus', async () => {
  text.value = 'one\ntwo';
  text.load();
  const before = area() as HTMLTextAreaElement;
  before.focus();
  before.value = 'one\ntwo, typed';
  before.setSelectionRange(5, 7);
  before.dispatchEvent(new Event('input'));
  expect(typed).toBe(1);
  await arrive();
  expect(area()).toBeNull();
  const content = text.element.querySelector('.cm-content');
  expect(content?.getAttribute('aria-label')).toBe('Program');
  expect(content?.getAttribute('role')).toBe('textbox');
  expect(document.activeElement).toBe(content);
  expect(text.value).toBe('one\ntwo, typed');
  expect(text.element.querySelectorAll('.cm-lineNumbers .cm-gutterElement').length).toBeGreaterThan(
    1
  );
  expect(typed, 'nobody typed that').toBe(1);
});

it("does not call the kernel's changes typing", async () => {
  text.load();
  await arrive();
  text.edit([{ start: 0, end: 0, text: 'x = 1\n' }]);
  text.value = 'x = 2\n';
  expect([text.value, typed]).toEqual(['x = 2\n', 0]);
});

it('makes several edits of one text at once', async () => {
  text.value = 'abcdef';
  text.load();
  await arrive();
  text.edit([
    { start: 1, end: 2, text: 'BBB' },
    { start: 4, end: 4, text: '-' }
  ]);
  expect(text.value).toBe('aBBBcd-ef');
});

it('leaves Tab to the page', async () => {
  text.load();
  await arrive();
  const content = text.element.querySelector('.cm-content');
  const tab = new KeyboardEvent('keydown', { key: 'Tab', bubbles: true, cancelable: true });
  content?.dispatchEvent(tab);
  expect([tab.defaultPrevented, text.value]).toEqual([false, '']);
});

it('colours a comparison when CodeMirror has come, without changing its text', async () => {
  const box = new ComparisonBox(() => false);
  document.body.append(box.element);
  const lines: Comparison['lines'] = [
    { kind: 'same', text: 'def loss_fn(target, output):' },
    { kind: 'removed', text: '    return "<b>"' },
    { kind: 'added', text: '    return 7.0  # mine' }
  ];
  box.show({ type: 'comparison', page: 'p', title: 'Mine', lines });
  const said = (): (string | null)[] =>
    [...box.element.querySelectorAll('.lossviz-diff-line')].map(one => one.textContent);
  const plain = said();
  expect(plain).toEqual([
    '  def loss_fn(target, output):',
    'Catalogue: -     return "<b>"',
    'Yours: +     return 7.0  # mine'
  ]);
  const numbers = [...box.element.querySelectorAll<HTMLElement>('[data-line]')];
  expect(numbers.map(one => one.dataset['line'])).toEqual(['1', '', '2']);
  expect(box.element.querySelector('.lossviz-code-keyword')).toBeNull();
  await arrive();
  expect(said()).toEqual(plain);
  const coloured = (kind: string): (string | null)[] =>
    [...box.element.querySelectorAll(`.lossviz-code-${kind}`)].map(one => one.textContent);
  expect(coloured('keyword')).toEqual(['def', 'return', 'return']);
  expect(coloured('number')).toEqual(['7.0']);
  expect(coloured('comment')).toEqual(['# mine']);
  box.dispose();
  box.element.remove();
});
