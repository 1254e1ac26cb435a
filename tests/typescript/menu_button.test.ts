import { afterEach, beforeEach, expect, it } from 'vitest';
import { MenuButton, type MenuItem } from '../../labextension/src/controls/menu_button';

let items: MenuItem[];
let chosen: string[];
let menu: MenuButton;

beforeEach(() => {
  items = ['a', 'b', 'c'].map(id => ({ id, label: id, group: id === 'c' ? 'Two' : 'One' }));
  chosen = [];
  menu = new MenuButton(
    'Add',
    '',
    () => items,
    ({ id }) => {
      chosen.push(id);
    }
  );
  document.body.append(menu.element);
});

afterEach(() => {
  menu.element.remove();
});

function press(key: string): void {
  const at = document.activeElement ?? document.body;
  at.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
}

function state(): [string | null, string | null] {
  return [menu.button.getAttribute('aria-expanded'), document.activeElement?.textContent ?? null];
}

it('is opened and walked through with keys, and closed again', () => {
  menu.button.focus();
  press('ArrowDown');
  expect(state()).toEqual(['true', 'a']);
  press('ArrowDown');
  press('ArrowDown');
  press('ArrowDown');
  expect(state()[1]).toBe('a');
  press('ArrowUp');
  expect(state()[1]).toBe('c');
  press('Home');
  press('End');
  expect(state()[1]).toBe('c');
  press('Escape');
  expect(state()).toEqual(['false', 'Add']);
  expect(chosen).toEqual([]);
});

it('has groups with names, and closes when something is chosen or the focus goes', () => {
  menu.button.click();
  const groups = [...menu.element.querySelectorAll('[role=group]')].map(one => {
    const name = document.getElementById(one.getAttribute('aria-labelledby') ?? '');
    return [name?.textContent, one.querySelectorAll('[role=menuitem]').length];
  });
  expect(groups).toEqual([
    ['One', 2],
    ['Two', 1]
  ]);
  menu.element.querySelectorAll<HTMLElement>('[role=menuitem]')[1]?.click();
  expect(chosen).toEqual(['b']);
  expect(state()).toEqual(['false', 'Add']);
  menu.button.click();
  menu.element
    .querySelector('[role=menuitem]')
    ?.dispatchEvent(new FocusEvent('focusout', { bubbles: true, relatedTarget: document.body }));
  expect(state()[0]).toBe('false');
});

it('stays where it is while what it offers changes', () => {
  menu.button.click();
  press('ArrowDown');
  items = items.filter(({ id }) => id !== 'a');
  menu.refresh();
  expect(state()).toEqual(['true', 'c']);
});
