import { afterEach, expect, it, vi } from 'vitest';
import { toClipboard } from '../../labextension/src/controls/text_output';

let selected = '';

function allow(copied: boolean): void {
  Object.assign(document, {
    execCommand: () => {
      const box = document.activeElement as HTMLTextAreaElement;
      selected = box.value.slice(box.selectionStart, box.selectionEnd);
      return copied;
    }
  });
}

afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(document, 'execCommand');
  selected = '';
});

it('copies over HTTPS', async () => {
  const writeText = vi.fn(() => Promise.resolve());
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  expect(await toClipboard('a')).toBe(true);
  expect(writeText).toHaveBeenCalledWith('a');
});

it('copies by a selection where a page has no clipboard, and leaves nothing behind', async () => {
  vi.stubGlobal('navigator', {});
  allow(true);
  expect(await toClipboard('1,2\r\n')).toBe(true);
  expect(selected.replaceAll('\r', '')).toBe('1,2\n');
  expect(document.querySelector('textarea')).toBeNull();
});

it('says when neither is allowed', async () => {
  vi.stubGlobal('navigator', { clipboard: { writeText: () => Promise.reject(new Error('no')) } });
  allow(false);
  expect(await toClipboard('a')).toBe(false);
});
