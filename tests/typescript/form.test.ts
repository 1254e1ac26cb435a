import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Field } from '../../labextension/src/lab_traits';
import { FieldsForm } from '../../labextension/src/widget/form';

function field(name: string, more: Partial<Field> = {}): Field {
  return {
    name,
    label: name,
    kind: 'text',
    value: '1',
    choices: [],
    group: 'training',
    indent: false,
    help: '',
    formula: '',
    advice: '',
    error: '',
    note: '',
    warning: '',
    actions: [],
    ...more
  };
}

let form: FieldsForm;
let edits: [string, string][];
let pressed: string[];

beforeEach(() => {
  vi.useFakeTimers();
  edits = [];
  pressed = [];
  form = new FieldsForm(
    'x',
    (_number, name, value) => {
      edits.push([name, value]);
    },
    command => {
      pressed.push(command);
    }
  );
  document.body.append(form.element);
});

afterEach(() => {
  form.element.remove();
  vi.useRealTimers();
});

function input(label: string): HTMLInputElement {
  const found = [...form.element.querySelectorAll('label')].find(one => one.textContent === label);
  return document.getElementById(found?.htmlFor ?? '') as HTMLInputElement;
}

function type(label: string, text: string): void {
  input(label).focus();
  input(label).value = text;
  input(label).dispatchEvent(new Event('input'));
}

it('labels its fields and describes their errors', () => {
  form.show([field('Epochs', { value: 'x', error: 'Enter a number.' })], 0);
  const control = input('Epochs');
  expect(control.value).toBe('x');
  expect(control.getAttribute('aria-invalid')).toBe('true');
  const ids = control.getAttribute('aria-describedby')?.split(' ') ?? [];
  expect(ids.map(id => document.getElementById(id)?.textContent)).toContain('Enter a number.');
});

it('sends what was typed after a moment, once', () => {
  form.show([field('Epochs')], 0);
  type('Epochs', '1');
  type('Epochs', '12');
  vi.advanceTimersByTime(200);
  expect(edits).toEqual([['Epochs', '12']]);
});

it('sends at once when it is left or flushed', () => {
  form.show([field('Epochs')], 0);
  type('Epochs', '7');
  form.flush();
  expect(edits).toEqual([['Epochs', '7']]);
  vi.advanceTimersByTime(1000);
  expect(edits).toHaveLength(1);
});

it("keeps what somebody types while the kernel's answers come late", () => {
  form.show([field('Epochs'), field('Seed')], 0);
  type('Epochs', '123');
  form.show([field('Epochs', { value: '12' }), field('Seed', { value: '5' })], 0);
  expect(input('Epochs').value).toBe('123');
  expect(input('Seed').value).toBe('5');
});

it('keeps what was typed until the kernel has seen it, also after the field was left', () => {
  form.show([field('Epochs')], 0);
  type('Epochs', '5');
  form.flush();
  type('Epochs', '6');
  form.flush();
  input('Epochs').blur();
  form.show([field('Epochs', { value: '5' })], 1);
  expect(input('Epochs').value).toBe('6');
  form.show([field('Epochs', { value: '6' })], 2);
  form.show([field('Epochs', { value: '50' })], 2);
  expect(input('Epochs').value).toBe('50');
});

it('keeps the same elements, and the focus, when fields around change', () => {
  form.show([field('Epochs')], 0);
  const before = input('Epochs');
  before.focus();
  form.show([field('Delta'), field('Epochs'), field('Seed')], 0);
  expect(input('Epochs')).toBe(before);
  expect(document.activeElement).toBe(before);
  const labels = [...form.element.querySelectorAll('label')].map(one => one.textContent);
  expect(labels).toEqual(['Delta', 'Epochs', 'Seed']);
  form.show([field('Seed')], 0);
  expect(form.element.querySelectorAll('input')).toHaveLength(1);
});

it('offers choices and never reads a label as HTML', () => {
  const choices = [
    { value: 'a', label: '<img src=x onerror=alert(1)>', group: '' },
    { value: 'b', label: 'B', group: '' }
  ];
  form.show(
    [
      field('Loss', {
        kind: 'choice',
        value: 'b',
        choices,
        group: 'loss',
        advice: '<b>x</b>'
      })
    ],
    0
  );
  expect(form.element.querySelector('img')).toBeNull();
  expect(form.element.querySelector('b')).toBeNull();
  const select = form.element.querySelector('select') as HTMLSelectElement;
  expect(select.value).toBe('b');
  select.value = 'a';
  select.dispatchEvent(new Event('change'));
  expect(edits).toEqual([['Loss', 'a']]);
});

it('puts choices under their headings', () => {
  const choices = [
    { value: 'a', label: 'A', group: 'Suited' },
    { value: 'b', label: 'B', group: 'Suited' },
    { value: 'c', label: 'C', group: 'Others' }
  ];
  form.show([field('Loss', { kind: 'choice', value: 'c', choices, warning: 'Not for this.' })], 0);
  const groups = [...form.element.querySelectorAll('optgroup')];
  expect(groups.map(group => [group.label, group.children.length])).toEqual([
    ['Suited', 2],
    ['Others', 1]
  ]);
  const select = form.element.querySelector('select') as HTMLSelectElement;
  expect(select.value).toBe('c');
  const ids = select.getAttribute('aria-describedby')?.split(' ') ?? [];
  expect(ids.map(id => document.getElementById(id)?.textContent)).toContain('Not for this.');
});

it('has check boxes that say True and False', () => {
  form.show([field('All losses', { kind: 'check', value: 'True' })], 0);
  const box = input('All losses');
  expect(box.checked).toBe(true);
  box.click();
  expect(edits).toEqual([['All losses', 'False']]);
  form.show([field('All losses', { kind: 'check', value: 'True' })], 0);
  expect(box.checked).toBe(false);
  form.show([field('All losses', { kind: 'check', value: 'True' })], 1);
  expect(box.checked).toBe(true);
});

it('offers to fill a field', () => {
  form.show(
    [field('Weights', { actions: [{ command: 'fill', label: 'Fill it' }] }), field('Seed')],
    0
  );
  const buttons = [...form.element.querySelectorAll('button')].filter(button => !button.hidden);
  expect(buttons.map(button => button.textContent)).toEqual(['Fill it']);
  buttons[0]?.click();
  expect(pressed).toEqual(['fill']);
});
