import { expect, it } from 'vitest';
import { CodeBox } from '../../labextension/src/widget/code_box';
import { moved } from '../../labextension/src/widget/code_text';

it.each([
  [2, 2],
  [5, 5],
  [6, 8],
  [10, 12]
])('moves a place at %i behind the edits before it to %i', (place, after) => {
  expect(moved(place, [{ start: 5, end: 6, text: 'abc' }])).toBe(after);
});

it('keeps a place inside of what is replaced within the new text', () => {
  expect(moved(5, [{ start: 2, end: 9, text: 'x' }])).toBe(3);
});

it('tells of what a person types, not of what the kernel changes', () => {
  let typed = 0;
  const box = new CodeBox(
    () => {
      typed += 1;
    },
    () => undefined,
    () => undefined,
    () => false
  );
  document.body.append(box.element);
  box.edit([{ start: 0, end: 0, text: 'one' }]);
  expect([box.read(), typed]).toEqual(['one', 0]);
  box.element.querySelector('textarea')?.dispatchEvent(new Event('input'));
  expect(typed).toBe(1);
  box.element.remove();
});
