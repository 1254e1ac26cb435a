/**
 * Questions in the page, answered with mouse or keyboard; Escape cancels.
 */

import { button } from '../../controls/button';
import { trans } from '../../i18n/translation';

/** Ask for a text in `place`; the focus moves there, and back afterwards. */
export function askForText(
  place: HTMLElement,
  label: string,
  value: string,
  onAnswer: (text: string) => void
): void {
  const input = document.createElement('input');
  input.type = 'text';
  input.value = value;
  input.setAttribute('aria-label', label);
  input.placeholder = label;
  const group = questionGroup(label);
  const close = open(place, group);
  const save = (): void => {
    close();
    onAnswer(input.value);
  };
  input.addEventListener('keydown', event => {
    if (event.key === 'Enter') {
      event.preventDefault();
      save();
    }
  });
  group.append(input, smallButton(trans.__('Save'), save), cancelButton(close));
  input.focus();
  input.select();
}

/** Ask in `place` before something that cannot be undone; *Cancel* has the focus. */
export function askForConfirmation(
  place: HTMLElement,
  question: string,
  confirm: string,
  onConfirm: () => void
): void {
  const text = document.createElement('span');
  text.textContent = question;
  const group = questionGroup(question);
  const close = open(place, group);
  const cancel = cancelButton(close);
  const proceed = smallButton(confirm, () => {
    close();
    onConfirm();
  });
  proceed.classList.add('lossviz-runs-destructive');
  group.append(text, proceed, cancel);
  cancel.focus();
}

function questionGroup(label: string): HTMLElement {
  const group = document.createElement('div');
  group.className = 'lossviz-runs-question';
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', label);
  return group;
}

/** Show a question; returns a function that closes it. */
function open(place: HTMLElement, group: HTMLElement): () => void {
  const focused = document.activeElement;
  const close = (): void => {
    group.remove();
    if (focused instanceof HTMLElement) {
      focused.focus();
    }
  };
  group.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
    }
  });
  place.replaceChildren(group);
  return close;
}

function cancelButton(close: () => void): HTMLButtonElement {
  return smallButton(trans.__('Cancel'), close);
}

function smallButton(label: string, press: () => void): HTMLButtonElement {
  const element = button(label, '', press);
  element.classList.add('lossviz-small');
  return element;
}
