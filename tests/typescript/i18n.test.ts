import { afterEach, expect, it } from 'vitest';
import {
  formatCount,
  formatLoss,
  formatMoment,
  formatSeconds
} from '../../labextension/src/format';
import { pageLocale } from '../../labextension/src/i18n/locale';
import { trans, translateWith, type Translation } from '../../labextension/src/i18n/translation';

/** A bundle that shows what it was asked for. */
const MARKED: Translation = {
  __: (message, ...values) => `<${[message, ...values].join('|')}>`,
  _n: (singular, plural, count, ...values) => `<${[singular, plural, count, ...values].join('|')}>`,
  _p: (context, message, ...values) => `<${[context, message, ...values].join('|')}>`
};

afterEach(() => {
  translateWith(undefined);
  document.documentElement.lang = '';
});

it('speaks English without a bundle', () => {
  expect(trans.__('Delete %1?', 'run 1')).toBe('Delete run 1?');
  expect(trans.__('%1 of %2, %1 %%', 'a', 'b')).toBe('a of b, a %');
  expect(trans._n('%1 run', '%1 runs', 1)).toBe('1 run');
  expect(trans._n('%1 run', '%1 runs', 0)).toBe('0 runs');
  expect(trans._n('%2 run of %1', '%2 runs of %1', 1000, '1,000')).toBe('1,000 runs of 1000');
  expect(trans._p('column', 'Loss')).toBe('Loss');
});

it('takes a value for text, whatever is in it', () => {
  expect(trans.__('Delete %1?', '%2 $& %1')).toBe('Delete %2 $& %1?');
});

it('asks the bundle for each message', () => {
  translateWith(MARKED);
  expect(trans.__('Delete %1?', 'run 1')).toBe('<Delete %1?|run 1>');
  expect(trans._n('%1 run', '%1 runs', 2)).toBe('<%1 run|%1 runs|2>');
  expect(trans._p('column', 'Loss')).toBe('<column|Loss>');
  expect(formatSeconds(12)).toBe('<%1 s|12>');
});

it.each([
  ['', 'en'],
  ['en', 'en'],
  ['de', 'de'],
  ['zh_CN', 'zh-CN'],
  ['no such language', 'en']
])('reads the language "%s" of a page as %s', (lang, locale) => {
  document.documentElement.lang = lang;
  expect(pageLocale()).toBe(locale);
});

it("writes numbers and times in the page's language", () => {
  document.documentElement.lang = 'de';
  expect(formatLoss(0.18734)).toBe('0,1873');
  expect(formatLoss(0.00001234)).toBe('1,234e-5');
  expect(formatLoss(1234.5)).toBe('1.235');
  expect(formatCount(12_345)).toBe('12.345');
  expect(formatMoment(Date.UTC(2001, 4, 5, 12) / 1000)).toBe('5. Mai 2001');
  document.documentElement.lang = 'en';
  expect(formatLoss(0.18734)).toBe('0.1873');
  expect(formatMoment(Date.UTC(2001, 4, 5, 12) / 1000)).toBe('5 May 2001');
});
