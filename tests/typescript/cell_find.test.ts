import { expect, it } from 'vitest';
import { findProgram, type CellSummary } from '../../labextension/src/cell/find';
import { cellHint, joined, keptLosses, labCellOf } from '../../labextension/src/cell/hint';

function cell(id: string, hint?: object, code = true): CellSummary {
  return { id, code, hint };
}

function written(id: string, more: object = {}): CellSummary {
  return cell(id, { lab: 'old', cell: id, of: 'lab', start: 's', made_from: '', ...more });
}

const wanted = { lab: 'new', start: 's', cell: '', labCell: 'lab' };

it('takes the cell that the kernel knows, wherever it stands', () => {
  const cells = [cell('a'), written('p'), cell('lab')];
  expect(findProgram(cells, { ...wanted, cell: 'a' })).toBe(0);
});

it('takes the cell that this lab wrote', () => {
  expect(findProgram([cell('lab'), written('p', { lab: 'new' })], wanted)).toBe(1);
});

it('takes no other cell for one that is gone', () => {
  expect(findProgram([cell('lab'), written('p')], { ...wanted, cell: 'gone' })).toBe(-1);
});

it('takes over the cell of the lab before, in the same place with the same settings', () => {
  expect(findProgram([written('p'), cell('lab')], wanted)).toBe(0);
  expect(findProgram([written('p'), cell('lab')], { ...wanted, start: 'other' })).toBe(-1);
  expect(findProgram([written('p'), cell('else')], { ...wanted, labCell: 'else' })).toBe(-1);
});

it('takes over the cell straight below where the cell of the lab before has gone', () => {
  const below = { ...wanted, labCell: 'else' };
  expect(findProgram([cell('else'), written('p')], below)).toBe(1);
  expect(findProgram([cell('else'), cell('x'), written('p')], below)).toBe(-1);
  expect(findProgram([cell('else'), written('p'), cell('lab')], below)).toBe(-1);
});

it('leaves a copy free', () => {
  const copy = cell('copy', { lab: 'new', cell: 'p', of: 'lab', start: 's', made_from: '' });
  expect(findProgram([cell('lab'), copy], wanted)).toBe(-1);
});

it.each([undefined, null, 5, 'x', [], {}, { lab: 5, cell: 'p' }, { lab: '', cell: 'p' }])(
  'believes no hint like %j',
  hint => {
    expect(cellHint(hint, 'p')).toBeUndefined();
    expect(keptLosses({ losses: hint })).toEqual([]);
  }
);

it('bounds what a notebook keeps', () => {
  const one = { title: 'x'.repeat(1000), loss: 'dice', text: 'def f(a, b): ...' };
  const long = { ...one, text: 'x'.repeat(30_000) };
  const [kept, ...others] = keptLosses({ losses: [one, long, null, { text: 5 }] });
  expect(others).toEqual([]);
  expect(kept?.title).toHaveLength(64);
  expect(keptLosses({ losses: Array(1000).fill(one) })).toHaveLength(20);
});

it('joins lists by their texts', () => {
  const [a, b] = ['a', 'b'].map(text => ({ title: text, loss: '', text }));
  expect(joined([a!], [{ ...a!, title: 'other' }, b!])).toEqual([a, b]);
});

it('names the cell of one view of a lab that has several, while that cell is there', () => {
  const hint = { lab: 'new', cell: 'p', of: 'first', start: 's', made_from: '' };
  expect(labCellOf(hint, 'new', ['first', 'second', 'p'], 'second')).toBe('first');
  expect(labCellOf(hint, 'new', ['second', 'p'], 'second')).toBe('second');
  expect(labCellOf(hint, 'another', ['first', 'second', 'p'], 'second')).toBe('second');
  expect(labCellOf(undefined, 'new', ['second'], 'second')).toBe('second');
});
