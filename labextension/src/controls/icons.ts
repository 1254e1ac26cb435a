/**
 * The icons of a lab: lines on a grid of 16, in the colour of the text beside them.
 */

const PATHS = {
  pause: 'M5.5 3v10M10.5 3v10',
  resume: 'M4.5 2.5 13 8l-8.5 5.5z',
  step: 'M3.5 3 10 8l-6.5 5zM13 3v10',
  stop: 'M3.5 3.5h9v9h-9z',
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  info: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM8 7.4v3.6M8 4.9h.01',
  warning: 'M8 2 15 14H1zM8 6.6v3.2M8 11.9h.01',
  error: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  smoothing: 'M1 10c2-7 4-7 7 0s5 4 7-3',
  export: 'M8 2v8M4.5 6.5L8 10l3.5-3.5M3 13.5h10',
  enlarge: 'M3 6.5V3h3.5M13 9.5V13H9.5M9.5 3H13v3.5M6.5 13H3V9.5',
  shrink: 'M6.5 3v3.5H3M9.5 13V9.5H13M13 6.5H9.5V3M3 9.5h3.5V13',
  remove: 'M4 4l8 8M12 4l-8 8',
  shown: 'M1.5 8c3-5.5 10-5.5 13 0c-3 5.5-10 5.5-13 0zM8 6.3a1.7 1.7 0 1 0 .01 0z',
  hidden:
    'M2 3l12 10M3.6 5.2C2.7 6 2 6.9 1.5 8c2 3.6 5.8 4.9 9.3 3.3M6.5 4.1c3.2-.5 6.2.9 8 3.9-.4.7-.8 1.3-1.3 1.8'
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
