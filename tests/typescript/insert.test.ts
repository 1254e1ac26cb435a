import { expect, it } from 'vitest';
import { replaceDifference } from '../../labextension/src/cell/insert';

class Text {
  patches: string[] = [];

  constructor(public text: string) {}

  getSource(): string {
    return this.text;
  }

  updateSource(start: number, end: number, value = ''): void {
    this.patches.push(this.text.slice(start, end));
    this.text = this.text.slice(0, start) + value + this.text.slice(end);
  }
}

it.each([
  ['rate=0.1)', 'rate=0.25)'],
  ['', 'abc'],
  ['abc', ''],
  ['aaa', 'aa'],
  ['aa', 'aaa'],
  ['x = 1\ny = 2', 'x = 1\nz = 0\ny = 2']
])('makes %j into %j, touching only what differs', (before, after) => {
  const cell = new Text(before);
  replaceDifference(cell, after);
  expect(cell.text).toBe(after);
  expect(cell.patches).toHaveLength(1);
});

it('touches nothing where nothing differs', () => {
  const cell = new Text('same');
  replaceDifference(cell, 'same');
  expect(cell.patches).toEqual([]);
});
