/** A control with its visible label. */
export function labelled(name: string, ...controls: HTMLElement[]): HTMLElement {
  const label = document.createElement('label');
  label.className = 'lossviz-chart-control';
  const text = document.createElement('span');
  text.textContent = name;
  label.append(text, ...controls);
  return label;
}
