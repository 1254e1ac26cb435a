import { expect, it } from 'vitest';
import { formatCount, formatLoss, formatSeconds } from '../../labextension/src/format';

it.each([
  [0.18734, '0.1873'],
  [1, '1.000'],
  [1234.56, '1,235'],
  [0.00001234, '1.234e-5'],
  [12345678, '1.235e+7'],
  [0, '0.000'],
  [-0.5, '-0.5000'],
  [NaN, '-'],
  [Infinity, 'infinite'],
  [null, '-'],
  [undefined, '-']
])('writes the loss %s as %s', (value, text) => {
  expect(formatLoss(value)).toBe(text);
});

it.each([
  [0, '0 s'],
  [11.2, '12 s'],
  [59.5, '1 min'],
  [180, '3 min'],
  [3600, '1 h'],
  [3900, '1 h 5 min'],
  [null, '-']
])('says %s seconds as %s', (value, text) => {
  expect(formatSeconds(value)).toBe(text);
});

it('separates thousands', () => {
  expect(formatCount(2310.4)).toBe('2,310');
});
