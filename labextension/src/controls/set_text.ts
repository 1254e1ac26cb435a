/** Set the text of an element where it is another one; what is unchanged is not drawn again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}
