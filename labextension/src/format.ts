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
