/** A button of a lab; `title` is a tooltip, for what its label does not say. */
export function button(label: string, title: string, press: () => void): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = 'lossviz-button';
  element.textContent = label;
  if (title) {
    element.title = title;
  }
  element.addEventListener('click', press);
  return element;
}
