/**
 * The head of a chart: what is drawn, and the tools that are always there.
 */

import { trans } from '../i18n/translation';
import { iconButton } from './icon_button';
import { Popover } from './popover';

/** What stands in a head; what a chart does not have is left out. */
export interface Tools {
  /** Beside the title. */
  head: readonly HTMLElement[];
  scale: HTMLElement;
  /** Behind the smoothing button. */
  smoothing: readonly HTMLElement[];
  axis: readonly HTMLElement[];
  /** Behind the export button. */
  exports: readonly HTMLElement[];
  enlarge: HTMLElement;
  remove: (() => void) | undefined;
}

/** The head of the chart with this title, and the boxes that its tools open. */
export function chartHead(title: string, tools: Tools): HTMLElement[] {
  const heading = document.createElement('h3');
  heading.textContent = heading.title = title;
  const bar = document.createElement('div');
  bar.className = 'lossviz-chart-tools';
  bar.append(tools.scale);
  const popovers = [
    ...(tools.smoothing.length > 0
      ? [
          new Popover(
            iconButton('smoothing', trans.__('Smoothing of %1', title), trans.__('Smoothing')),
            trans.__('Smoothing'),
            ...tools.smoothing
          )
        ]
      : []),
    new Popover(
      iconButton('export', trans.__('Export %1', title), trans.__('Export')),
      trans.__('Export'),
      ...tools.exports
    )
  ];
  const [smoothing, exports] = popovers.length > 1 ? popovers : [undefined, popovers[0]];
  bar.append(
    ...(smoothing ? [smoothing.button] : []),
    ...tools.axis,
    ...(exports ? [exports.button] : []),
    tools.enlarge
  );
  if (tools.remove) {
    bar.append(
      iconButton(
        'remove',
        trans.__('Remove %1', title),
        trans.__('Remove this chart'),
        tools.remove
      )
    );
  }
  const head = document.createElement('div');
  head.className = 'lossviz-chart-head';
  head.append(heading, ...tools.head, bar);
  return [head, ...popovers.map(({ box }) => box)];
}
