import { afterEach, expect, it, vi } from 'vitest';
import { isDark } from '../../labextension/src/chart/theme';

afterEach(() => {
  vi.unstubAllGlobals();
  document.body.className = '';
  document.body.removeAttribute('data-jp-theme-light');
  document.body.removeAttribute('data-vscode-theme-kind');
});

it.each([
  ['a light VS Code', { 'data-vscode-theme-kind': 'vscode-light' }, true, false],
  ['a dark VS Code', { 'data-vscode-theme-kind': 'vscode-dark' }, false, true],
  ['VS Code, light by contrast', { class: 'vscode-body vscode-high-contrast-light' }, true, false],
  ['VS Code, dark by contrast', { class: 'vscode-body vscode-high-contrast' }, false, true],
  ['a light JupyterLab', { 'data-jp-theme-light': 'true' }, true, false],
  ['a dark JupyterLab', { 'data-jp-theme-light': 'false' }, false, true],
  ['a page without a theme', {}, true, true],
  ['a page without a theme', {}, false, false]
])('%s is what it says, not what the desktop is', (_name, attributes, system, dark) => {
  vi.stubGlobal('matchMedia', () => ({ matches: system }));
  for (const [name, value] of Object.entries(attributes)) {
    document.body.setAttribute(name, value);
  }
  expect(isDark()).toBe(dark);
});
