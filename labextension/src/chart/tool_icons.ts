/**
 * The icons of a chart's toolbar, drawn in the text's colour.
 */

const PATHS = {
  smoothing: 'M1 10c2-7 4-7 7 0s5 4 7-3',
  export: 'M8 2v8M4.5 6.5L8 10l3.5-3.5M3 13.5h10',
  enlarge: 'M3 6.5V3h3.5M13 9.5V13H9.5M9.5 3H13v3.5M6.5 13H3V9.5',
  shrink: 'M6.5 3v3.5H3M9.5 13V9.5H13M13 6.5H9.5V3M3 9.5h3.5V13',
  remove: 'M4 4l8 8M12 4l-8 8',
  shown: 'M1.5 8c3-5.5 10-5.5 13 0c-3 5.5-10 5.5-13 0zM8 6.3a1.7 1.7 0 1 0 .01 0z',
  hidden:
    'M2 3l12 10M3.6 5.2C2.7 6 2 6.9 1.5 8c2 3.6 5.8 4.9 9.3 3.3M6.5 4.1c3.2-.5 6.2.9 8 3.9-.4.7-.8 1.3-1.3 1.8'
};

export type IconName = keyof typeof PATHS;

const SVG = 'http://www.w3.org/2000/svg';

/** A picture beside words that say the same. */
export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('lossviz-icon');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button with nothing but an icon; `name` is what it is called. */
export function iconButton(
  shape: IconName,
  name: string,
  title: string,
  press: () => void = () => undefined
): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'lossviz-tool';
  made.title = title;
  made.setAttribute('aria-label', name);
  made.append(icon(shape));
  made.addEventListener('click', press);
  return made;
}
