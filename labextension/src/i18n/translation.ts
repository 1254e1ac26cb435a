/**
 * Messages of the widget, ready for translation.
 *
 * The calls are those of JupyterLab's translation bundles, so that both sides read the same, and
 * where the extension runs its bundle answers them: a language pack then covers the widget, too.
 * Elsewhere messages are in English. `make translations` extracts them; each must be a literal.
 */

/** The part of JupyterLab's `TranslationBundle` that is used. */
export interface Translation {
  /** A message; %1, %2, ... are the arguments. */
  __(message: string, ...values: unknown[]): string;
  /** A message that depends on a count; %1 is the count, %2, ... are the arguments. */
  _n(singular: string, plural: string, count: number, ...values: unknown[]): string;
  /** A message whose meaning depends on its context, such as a column called "Loss". */
  _p(context: string, message: string, ...values: unknown[]): string;
}

const ENGLISH: Translation = {
  __: (message, ...values) => filled(message, values),
  _n: (singular, plural, count, ...values) =>
    filled(count === 1 ? singular : plural, [count, ...values]),
  _p: (_context, message, ...values) => filled(message, values)
};

let active = ENGLISH;

/** Translates when it is called: never keep a result beyond the lab that shows it. */
export const trans: Translation = {
  __: (message, ...values) => active.__(message, ...values),
  _n: (singular, plural, count, ...values) => active._n(singular, plural, count, ...values),
  _p: (context, message, ...values) => active._p(context, message, ...values)
};

/** Translate with this bundle from now on; without one, speak English. */
export function translateWith(bundle: Translation | undefined): void {
  active = bundle ?? ENGLISH;
}

/** Replace the placeholders; "%%" is a percent sign, as in JupyterLab. */
function filled(message: string, values: readonly unknown[]): string {
  return message.replace(/%(%|\d+)/g, (_match, which: string) =>
    which === '%' ? '%' : String(values[Number(which) - 1])
  );
}
