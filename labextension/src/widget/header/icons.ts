/**
 * The icons of a lab's head: lines on a grid of 16, in the colour of the text beside them.
 */

const PATHS = {
  pause: 'M5.5 3v10M10.5 3v10',
  resume: 'M4.5 2.5 13 8l-8.5 5.5z',
  step: 'M3.5 3 10 8l-6.5 5zM13 3v10',
  stop: 'M3.5 3.5h9v9h-9z',
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  info: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 7.4v3.6M8 4.9h.01',
  warning: 'M8 2 15 14H1zM8 6.6v3.2M8 11.9h.01',
  error: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4'
} as const;

export type IconName = keyof typeof PATHS;

const SVG = 'http://www.w3.org/2000/svg';

/** An icon; what it means is said by the text or the name of what holds it. */
export function icon(name: IconName): SVGSVGElement {
  const made = document.createElementNS(SVG, 'svg');
  made.setAttribute('viewBox', '0 0 16 16');
  made.setAttribute('aria-hidden', 'true');
  made.classList.add('lossviz-icon', `lossviz-icon-${name}`);
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  made.append(path);
  return made;
}
