/** A button of a lab; `title` says what it does where its label alone does not. */
export function button(label: string, title: string, press: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'lossviz-button';
  made.textContent = label;
  if (title) {
    made.title = title;
  }
  made.addEventListener('click', press);
  return made;
}
