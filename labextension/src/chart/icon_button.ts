/**
 * A tool of a chart: a button with nothing but an icon.
 */

import { icon, type IconName } from '../controls/icons';

/** @param name what it is called. */
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
