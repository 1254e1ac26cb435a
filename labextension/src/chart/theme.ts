/**
 * The colours and fonts of a chart, from JupyterLab's theme or else from the system's.
 */

export interface Theme {
  text: string;
  faint: string;
  grid: string;
  background: string;
  font: string;
}

/** The theme at `element`, read from the CSS variables that the lab's style sheet defines. */
export function readTheme(element: HTMLElement): Theme {
  const style = getComputedStyle(element);
  const read = (name: string, otherwise: string): string =>
    style.getPropertyValue(name).trim() || otherwise;
  return {
    text: read('--lossviz-text', '#212121'),
    faint: read('--lossviz-faint-text', '#616161'),
    grid: read('--lossviz-plot-grid', '#e0e0e0'),
    background: read('--lossviz-background', '#ffffff'),
    font: read('--lossviz-font', 'system-ui, sans-serif')
  };
}

/** Call `changed` whenever the page's theme changes, until `signal` aborts. */
export function onThemeChange(changed: () => void, signal: AbortSignal): void {
  // A theme's style sheet may arrive after its name.
  let timers: number[] = [];
  const again = (): void => {
    changed();
    timers.forEach(window.clearTimeout);
    timers = [250, 1000, 3000].map(pause => window.setTimeout(changed, pause));
  };
  const observer = new MutationObserver(again);
  const names = ['data-jp-theme-light', 'data-jp-theme-name', 'class', 'data-vscode-theme-kind'];
  observer.observe(document.body, { attributes: true, attributeFilter: names });
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', changed, { signal });
  signal.addEventListener('abort', () => {
    timers.forEach(window.clearTimeout);
    observer.disconnect();
  });
}
