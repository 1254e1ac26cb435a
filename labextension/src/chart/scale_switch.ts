/**
 * The two buttons that choose a chart's scale.
 */

const SCALES = [
  { text: 'lin', name: 'Linear scale', logarithmic: false },
  { text: 'log', name: 'Logarithmic scale', logarithmic: true }
];

/**
 * The buttons for the chart with this title; the scale is linear at first.
 *
 * @param choose called with whether the scale is to be logarithmic.
 */
export function scaleSwitch(title: string, choose: (logarithmic: boolean) => void): HTMLElement {
  const group = document.createElement('div');
  group.className = 'lossviz-switch';
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', `Scale of ${title}`);
  const buttons = SCALES.map(({ text, name, logarithmic }) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = text;
    button.title = name;
    button.setAttribute('aria-label', name);
    button.setAttribute('aria-pressed', String(!logarithmic));
    button.addEventListener('click', () => {
      for (const one of buttons) {
        one.setAttribute('aria-pressed', String(one === button));
      }
      choose(logarithmic);
    });
    return button;
  });
  group.append(...buttons);
  return group;
}
