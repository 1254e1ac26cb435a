/**
 * Questions in the page: they can be answered with the keyboard, and Escape takes them away.
 */

import { button } from '../../controls/button';

/** Ask for a text in `place`; the focus goes there, and back where it was. */
export function askForText(
  place: HTMLElement,
  label: string,
  value: string,
  answer: (text: string) => void
): void {
  const group = document.createElement('div');
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', label);
  const input = document.createElement('input');
  input.type = 'text';
  input.value = value;
  input.setAttribute('aria-label', label);
  input.placeholder = label;
  const close = put(place, group);
  const save = (): void => {
    close();
    answer(input.value);
  };
  input.addEventListener('keydown', event => {
    if (event.key === 'Enter') {
      event.preventDefault();
      save();
    }
  });
  group.append(input, small(button('Save', '', save)), small(button('Cancel', '', close)));
  input.focus();
  input.select();
}

/** Ask a question with two answers in `place`; the careful one has the focus. */
export function askWhether(
  place: HTMLElement,
  question: string,
  yes: string,
  no: string,
  answer: () => void
): void {
  const group = document.createElement('div');
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', question);
  const text = document.createElement('span');
  text.textContent = question;
  const close = put(place, group);
  const keep = small(button(no, '', close));
  const go = button(yes, '', () => {
    close();
    answer();
  });
  group.append(text, small(go), keep);
  keep.focus();
}

/** Show a question; gives what takes it away again. */
function put(place: HTMLElement, element: HTMLElement): () => void {
  const before = document.activeElement;
  const close = (): void => {
    element.remove();
    if (before instanceof HTMLElement) {
      before.focus();
    }
  };
  element.className = 'lossviz-runs-question';
  element.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    }
  });
  place.replaceChildren(element);
  return close;
}

function small(one: HTMLButtonElement): HTMLButtonElement {
  one.classList.add('lossviz-small');
  return one;
}
