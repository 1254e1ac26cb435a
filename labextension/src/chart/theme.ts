/**
 * The colours and fonts of a chart, from the page's theme or else from the system's.
 */

export interface Theme {
  text: string;
  faint: string;
  grid: string;
  background: string;
  font: string;
  /** Which of its two sets of colours runs have. */
  dark: boolean;
}

/** For exported pictures: they end up on white. */
export const PAPER: Theme = {
  text: '#212121',
  faint: '#5f5f5f',
  grid: '#e0e0e0',
  background: '#ffffff',
  font: 'system-ui, sans-serif',
  dark: false
};

/** What says that a page has a theme, or which. */
const ATTRIBUTES = ['data-jp-theme-light', 'data-jp-theme-name', 'class', 'data-vscode-theme-kind'];

/** The theme at `element`, read from the CSS variables that the lab's style sheet defines. */
export function readTheme(element: HTMLElement): Theme {
  const style = getComputedStyle(element);
  const read = (name: string, otherwise: string): string =>
    style.getPropertyValue(name).trim() || otherwise;
  return {
    text: read('--lossviz-text', PAPER.text),
    faint: read('--lossviz-faint-text', PAPER.faint),
    grid: read('--lossviz-plot-grid', PAPER.grid),
    background: read('--lossviz-background', PAPER.background),
    font: read('--lossviz-font', PAPER.font),
    dark: element.closest<HTMLElement>('[data-lossviz-theme]')?.dataset['lossvizTheme'] === 'dark'
  };
}

/**
 * Whether the page is dark. An editor's own theme says so before the system's does: a light VS Code
 * on a dark desktop is light.
 */
export function isDark(): boolean {
  const { body } = document;
  const ownTheme = body.getAttribute('data-vscode-theme-kind') ?? body.className;
  const jupyter = body.getAttribute('data-jp-theme-light');
  if (jupyter !== null) {
    return jupyter === 'false';
  }
  if (/\bvscode-(high-contrast-)?light\b/.test(ownTheme)) {
    return false;
  }
  if (/\bvscode-(dark|high-contrast)\b/.test(ownTheme)) {
    return true;
  }
  return system().matches;
}

/** Keep an element's `data-lossviz-theme` right, and say when it may have changed. */
export function followTheme(element: HTMLElement, changed: () => void, signal: AbortSignal): void {
  const follow = (): void => {
    element.dataset['lossvizTheme'] = isDark() ? 'dark' : 'light';
    changed();
  };
  element.dataset['lossvizTheme'] = isDark() ? 'dark' : 'light';
  // A theme's style sheet may arrive after its name.
  let timers: number[] = [];
  const again = (): void => {
    follow();
    timers.forEach(window.clearTimeout);
    timers = [250, 1000, 3000].map(pause => window.setTimeout(changed, pause));
  };
  const observer = new MutationObserver(again);
  observer.observe(document.body, { attributes: true, attributeFilter: ATTRIBUTES });
  system().addEventListener('change', follow, { signal });
  signal.addEventListener('abort', () => {
    timers.forEach(window.clearTimeout);
    observer.disconnect();
  });
}

function system(): MediaQueryList {
  return window.matchMedia('(prefers-color-scheme: dark)');
}
