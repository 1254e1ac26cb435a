import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepKeys } from '../../labextension/src/widget/keys';

let root: HTMLElement;
let button: HTMLButtonElement;
let end: AbortController;
let suppressed: boolean | undefined;

/** Looks where Lumino looks for `:focus`: at the element itself, in the document's capture phase. */
function look(event: KeyboardEvent): void {
  suppressed = (event.target as Element).hasAttribute('data-lm-suppress-shortcuts');
}

function press(key: string, modifiers: KeyboardEventInit = {}, target: Element = button): boolean {
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...modifiers }));
  return suppressed === false;
}

beforeEach(() => {
  end = new AbortController();
  root = document.createElement('div');
  button = document.createElement('button');
  root.append(button);
  document.body.replaceChildren(root);
  document.addEventListener('keydown', look, true);
  keepKeys(root, end.signal);
});

afterEach(() => {
  end.abort();
  document.removeEventListener('keydown', look, true);
});

it('keeps the keys of command mode from the notebook', () => {
  for (const key of ['d', 'b', 'a', 'x', 'D', 'ArrowDown', 'Enter', ' ', 'Escape', '0', 'Delete']) {
    expect(press(key), key).toBe(false);
    expect(press(key, { shiftKey: true }), key).toBe(false);
  }
});

it('keeps Ctrl with keys that run, select, undo and merge', () => {
  for (const key of ['Enter', 'a', 'c', 'v', 'x', 'z', 'y', 'm', 'ArrowUp', 'Backspace']) {
    expect(press(key, { ctrlKey: true }), key).toBe(false);
  }
  for (const key of ['Z', 'M', 'ArrowUp']) {
    expect(press(key, { ctrlKey: true, shiftKey: true }), key).toBe(false);
  }
  expect(press('e', { ctrlKey: true, altKey: true })).toBe(false); // AltGr
});

it('leaves the application its own', () => {
  for (const key of ['s', 'b', 'p', 'f', ',']) {
    expect(press(key, { ctrlKey: true }), key).toBe(true);
    expect(press(key, { metaKey: true }), key).toBe(true);
  }
  expect(press('C', { ctrlKey: true, shiftKey: true })).toBe(true); // the palette
  // The next key is the lab's again.
  expect(press('d')).toBe(false);
});

it('has no part in keys elsewhere, and none after its end', () => {
  expect(press('d', {}, document.body)).toBe(true);
  press('s', { ctrlKey: true });
  end.abort();
  expect(press('d')).toBe(true);
});
