import { expect, it } from 'vitest';
import { editsBetween, withEdits } from '../../labextension/src/text_edits';

it.each([
  ['rate=0.1)', 'rate=0.25)'],
  ['', 'abc'],
  ['abc', ''],
  ['aaa', 'aa'],
  ['aa', 'aaa'],
  ['x = 1\ny = 2', 'x = 1\nz = 0\ny = 2'],
  ['# 😀 a', '# 😀 b']
])('makes %j into %j by one edit', (before, after) => {
  const edits = editsBetween(before, after);
  expect(edits).toHaveLength(1);
  expect(withEdits(before, edits)).toBe(after);
});

it('touches nothing where nothing differs', () => {
  expect(editsBetween('same', 'same')).toEqual([]);
});

it("takes the kernel's edits where they lead to its text, and only there", () => {
  const given = [
    { start: 0, end: 1, text: 'x' },
    { start: 4, end: 5, text: 'yy' }
  ];
  expect(editsBetween('abcde', 'xbcdyy', given)).toEqual(given);
  expect(withEdits('Abcde', editsBetween('Abcde', 'xbcdyy', [{ ...given[0]! }]))).toBe('xbcdyy');
});
