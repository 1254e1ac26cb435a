/**
 * Numbers and times as people read them.
 */

/** A loss with four significant digits; a dash for none. */
export function formatLoss(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return '-';
  }
  if (!Number.isFinite(value)) {
    return value > 0 ? 'infinite' : '-infinite';
  }
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-4 || size >= 1e6)) {
    return value.toExponential(3);
  }
  return value.toLocaleString('en', { minimumSignificantDigits: 4, maximumSignificantDigits: 4 });
}

/** The same, empty for none: in a table that says enough. */
export function formatNumber(value: number | null): string {
  return value === null ? '' : formatLoss(value);
}

/** A share of one as a percentage. */
export function formatShare(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

/** A moment in seconds since 1970: day and time, of another year day and year. */
export function formatMoment(seconds: number): string {
  const moment = new Date(seconds * 1000);
  const thisYear = moment.getFullYear() === new Date().getFullYear();
  const rest: Intl.DateTimeFormatOptions = thisYear
    ? { hour: '2-digit', minute: '2-digit' }
    : { year: 'numeric' };
  return moment.toLocaleString('en-GB', { day: 'numeric', month: 'short', ...rest });
}

/** A count with its thousands separated. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** Seconds as people say them: 12 s, 3 min, 1 h 5 min. */
export function formatSeconds(seconds: number | null): string {
  if (seconds === null) {
    return '-';
  }
  const whole = Math.ceil(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min`;
  }
  const rest = minutes % 60;
  return rest ? `${Math.floor(minutes / 60)} h ${rest} min` : `${minutes / 60} h`;
}
