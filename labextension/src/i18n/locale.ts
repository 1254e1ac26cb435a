/**
 * The language of the page: that of JupyterLab, where the page is JupyterLab's.
 */

/** As `Intl` wants it, such as "de-DE"; English where the page does not say or says nonsense. */
export function pageLocale(): string {
  try {
    // JupyterLab writes language packs with an underscore.
    const [locale] = Intl.getCanonicalLocales(document.documentElement.lang.replace('_', '-'));
    return locale ?? 'en';
  } catch {
    return 'en';
  }
}
