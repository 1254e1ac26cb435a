/**
 * Numbers and times as people read them, in the language of the page.
 */

import { pageLocale } from './i18n/locale';
import { trans } from './i18n/translation';

/** To make one takes longer than to use it a hundred times. */
const formats = new Map<string, Intl.NumberFormat>();

const SIGNIFICANT = { minimumSignificantDigits: 4, maximumSignificantDigits: 4 };

/** A loss with four significant digits; a dash for none. */
export function formatLoss(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return '-';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? trans.__('infinite') : trans.__('-infinite');
  }
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-4 || size >= 1e6)) {
    return value.toExponential(3).replace('.', decimalPoint());
  }
  return numberFormat('loss', SIGNIFICANT).format(value);
}

/** A number as it was given, with at most so many digits: 0.1 is not 0.1000. */
export function formatValue(value: number, digits = 6): string {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN' : formatLoss(value);
  }
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-4 || size >= 1e15)) {
    return Number(value.toPrecision(digits)).toExponential().replace('.', decimalPoint());
  }
  return Number.isInteger(value)
    ? formatCount(value)
    : numberFormat(`${digits} digits`, { maximumSignificantDigits: digits }).format(value);
}

/** A loss, empty for none: in a table that says enough. */
export function formatNumber(value: number | null): string {
  return value === null ? '' : formatLoss(value);
}

/** A share of one as a percentage. */
export function formatShare(value: number): string {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return trans.__('%1 %%', numberFormat('share', digits).format(100 * value));
}

/** A moment in seconds since 1970: day and time, or day and year if it is of another year. */
export function formatMoment(seconds: number): string {
  const moment = new Date(seconds * 1000);
  const thisYear = moment.getFullYear() === new Date().getFullYear();
  const rest: Intl.DateTimeFormatOptions = thisYear
    ? { hour: '2-digit', minute: '2-digit' }
    : { year: 'numeric' };
  // English without a country: day before month and 24 hours, which nobody misreads.
  const locale = pageLocale() === 'en' ? 'en-GB' : pageLocale();
  return moment.toLocaleString(locale, { day: 'numeric', month: 'short', ...rest });
}

/** A count with its thousands separated. */
export function formatCount(value: number): string {
  return numberFormat('count', {}).format(Math.round(value));
}

/** Seconds as people say them: 12 s, 3 min, 1 h 5 min. */
export function formatSeconds(seconds: number | null): string {
  if (seconds === null) {
    return '-';
  }
  const whole = Math.ceil(seconds);
  if (whole < 60) {
    return trans.__('%1 s', whole);
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) {
    return trans.__('%1 min', minutes);
  }
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return rest ? trans.__('%1 h %2 min', hours, rest) : trans.__('%1 h', hours);
}

/** The decimal point and what separates thousands, as Plotly takes them. */
export function numberSeparators(): string {
  const parts = numberFormat('count', {}).formatToParts(1e7);
  return decimalPoint() + (parts.find(({ type }) => type === 'group')?.value ?? '');
}

function decimalPoint(): string {
  const parts = numberFormat('loss', SIGNIFICANT).formatToParts(0.5);
  return parts.find(({ type }) => type === 'decimal')?.value ?? '.';
}

function numberFormat(use: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const locale = pageLocale();
  const key = `${use} ${locale}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, options);
    formats.set(key, format);
  }
  return format;
}
