import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Field } from '../../labextension/src/lab_traits';
import { FieldsForm } from '../../labextension/src/form/fields_form';

function field(name: string, more: Partial<Field> = {}): Field {
  return {
    name,
    label: name,
    kind: 'text',
    value: '1',
    choices: [],
    group: 'training',
    indent: false,
    changed: false,
    help: '',
    formula: '',
    shape: null,
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
let kept: unknown;

beforeEach(() => {
  vi.useFakeTimers();
  edits = [];
  pressed = [];
  kept = undefined;
  form = made();
});

function made(): FieldsForm {
  const found = new FieldsForm(
    'x',
    (_number, name, value) => {
      edits.push([name, value]);
    },
    command => {
      pressed.push(command);
    },
    {
      read: () => kept,
      write: value => {
        kept = value;
      }
    },
    () => false
  );
  document.body.append(found.element);
  return found;
}

/** Show these fields, and wait until they are drawn. */
async function show(fields: Field[], handled: number): Promise<void> {
  form.show(fields, handled);
  await drawn();
}

/** Preact draws in a microtask. */
async function drawn(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    await Promise.resolve();
  }
}

afterEach(() => {
  form.dispose();
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

it('labels its fields and describes their errors', async () => {
  await show([field('Epochs', { value: 'x', error: 'Enter a number.' })], 0);
  const control = input('Epochs');
  expect(control.value).toBe('x');
  expect(control.getAttribute('aria-invalid')).toBe('true');
  const ids = control.getAttribute('aria-describedby')?.split(' ') ?? [];
  expect(ids.map(id => document.getElementById(id)?.textContent)).toContain('Enter a number.');
});

it('sends what was typed after a moment, once', async () => {
  await show([field('Epochs')], 0);
  type('Epochs', '1');
  type('Epochs', '12');
  vi.advanceTimersByTime(200);
  expect(edits).toEqual([['Epochs', '12']]);
});

it('sends at once when it is left or flushed', async () => {
  await show([field('Epochs')], 0);
  type('Epochs', '7');
  form.flush();
  expect(edits).toEqual([['Epochs', '7']]);
  vi.advanceTimersByTime(1000);
  expect(edits).toHaveLength(1);
});

it("keeps what somebody types while the kernel's answers come late", async () => {
  await show([field('Epochs'), field('Seed')], 0);
  type('Epochs', '123');
  await show([field('Epochs', { value: '12' }), field('Seed', { value: '5' })], 0);
  expect(input('Epochs').value).toBe('123');
  expect(input('Seed').value).toBe('5');
});

it('keeps what was typed until the kernel has seen it, also after the field was left', async () => {
  await show([field('Epochs')], 0);
  type('Epochs', '5');
  form.flush();
  type('Epochs', '6');
  form.flush();
  input('Epochs').blur();
  await show([field('Epochs', { value: '5' })], 1);
  expect(input('Epochs').value).toBe('6');
  await show([field('Epochs', { value: '6' })], 2);
  await show([field('Epochs', { value: '50' })], 2);
  expect(input('Epochs').value).toBe('50');
});

it('keeps the same elements, and the focus, when fields around change', async () => {
  await show([field('Epochs')], 0);
  const before = input('Epochs');
  before.focus();
  await show([field('Delta'), field('Epochs'), field('Seed')], 0);
  expect(input('Epochs')).toBe(before);
  expect(document.activeElement).toBe(before);
  const labels = [...form.element.querySelectorAll('label')].map(one => one.textContent);
  expect(labels).toEqual(['Delta', 'Epochs', 'Seed']);
  await show([field('Seed')], 0);
  expect(form.element.querySelectorAll('input')).toHaveLength(1);
});

it('leaves a text selected when the kernel changes it, so that typing replaces it', async () => {
  await show([field('epochs', { value: '10' })], 0);
  const input = form.element.querySelector('input') as HTMLInputElement;
  input.focus();
  input.select();
  await show([field('epochs', { value: '100000' })], 0);
  expect([input.value, input.selectionStart, input.selectionEnd]).toEqual(['100000', 0, 6]);
  // A caret within the text selects nothing.
  input.setSelectionRange(2, 2);
  await show([field('epochs', { value: '12' })], 0);
  expect(input.selectionEnd).toBe(input.selectionStart);
});

it('offers choices and never reads a label as HTML', async () => {
  const choices = [
    { value: 'a', label: '<img src=x onerror=alert(1)>', group: '' },
    { value: 'b', label: 'B', group: '' }
  ];
  await show(
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

it('puts choices under their headings', async () => {
  const choices = [
    { value: 'a', label: 'A', group: 'Suited' },
    { value: 'b', label: 'B', group: 'Suited' },
    { value: 'c', label: 'C', group: 'Others' }
  ];
  await show(
    [
      field('Loss', {
        kind: 'choice',
        value: 'c',
        choices,
        warning: 'Not for this.'
      })
    ],
    0
  );
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

it('has check boxes that say True and False', async () => {
  await show([field('All losses', { kind: 'check', value: 'True' })], 0);
  const box = input('All losses');
  expect(box.checked).toBe(true);
  box.click();
  expect(edits).toEqual([['All losses', 'False']]);
  await show([field('All losses', { kind: 'check', value: 'True' })], 0);
  expect(box.checked).toBe(false);
  await show([field('All losses', { kind: 'check', value: 'True' })], 1);
  expect(box.checked).toBe(true);
});

it('offers to fill a field', async () => {
  await show(
    [field('Weights', { actions: [{ command: 'fill', label: 'Fill it' }] }), field('Seed')],
    0
  );
  const buttons = [...form.element.querySelectorAll('button')].filter(button => !button.hidden);
  expect(buttons.map(button => button.textContent)).toEqual(['Fill it']);
  buttons[0]?.click();
  expect(pressed).toEqual(['fill']);
});

it('folds its sections, and they stay as somebody left them', async () => {
  const fields = [
    field('Epochs'),
    field('Clipnorm', { group: 'advanced', changed: true }),
    field('Device', { group: 'advanced' })
  ];
  await show(fields, 0);
  const sections = (): HTMLDetailsElement[] => [...form.element.querySelectorAll('details')];
  expect(sections().map(one => one.open)).toEqual([true, false]);
  // What is set there is told although it is folded.
  expect(sections()[1]?.querySelector('summary')?.textContent).toBe('AdvancedClipnorm');
  const [training] = sections();
  (training as HTMLDetailsElement).open = false;
  training?.dispatchEvent(new Event('toggle'));
  await drawn();
  expect(training?.querySelector('summary')?.textContent).toBe('Trainingepochs 1');
  form.dispose();
  form.element.remove();
  form = made();
  await show(fields, 0);
  expect(sections().map(one => one.open)).toEqual([false, false]);
});

it('opens the section of the first error and says so while it is folded', async () => {
  await show([field('Clipnorm', { group: 'advanced', error: 'Enter a number.' })], 0);
  const section = form.element.querySelector('details');
  expect(section?.querySelector('summary')?.textContent).toBe('AdvancedCheck Clipnorm');
  form.focusFirstError();
  expect(section?.open).toBe(true);
  expect(document.activeElement).toBe(input('Clipnorm'));
});

it('explains a field behind a marker', async () => {
  await show([field('Seed', { help: 'The same seed gives the same run.' })], 0);
  const marker = form.element.querySelector<HTMLButtonElement>('button[aria-label=Help]');
  expect(input('Seed').getAttribute('aria-description')).toBe('The same seed gives the same run.');
  const about = document.getElementById(marker?.getAttribute('aria-describedby') ?? '');
  expect(about?.textContent).toBe('Seed');
  const popup = document.getElementById(marker?.getAttribute('aria-controls') ?? '');
  expect(popup?.textContent).toBe('The same seed gives the same run.');
  expect(popup?.hidden).toBe(true);
  marker?.click();
  await drawn();
  expect([popup?.hidden, marker?.getAttribute('aria-expanded')]).toEqual([false, 'true']);
  popup?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  await drawn();
  expect(popup?.hidden).toBe(true);
  expect(document.activeElement).toBe(marker);
});

it('keeps the focus when the button that was pressed goes', async () => {
  const apply = {
    command: 'apply_learning_rate',
    label: 'Apply learning rate'
  };
  await show([field('Learning rate', { actions: [apply] })], 0);
  const button = [...form.element.querySelectorAll('button')].find(
    one => one.textContent === apply.label
  );
  button?.focus();
  button?.click();
  await show([field('Learning rate', { note: 'Learning rate 0.05 from step 9.' })], 0);
  expect(pressed).toEqual(['apply_learning_rate']);
  expect(document.activeElement).toBe(input('Learning rate'));
  const note = form.element.querySelector('.lossviz-field-note');
  expect([note?.textContent, note?.getAttribute('aria-live')]).toEqual([
    'Learning rate 0.05 from step 9.',
    'polite'
  ]);
});

it('draws the shape of a loss with words for it, and leaves gaps where it has no value', async () => {
  const shape = {
    predictions: [0, 1, 2, 3],
    values: [1, null, 0, 1],
    text: 'It falls.'
  };
  await show([field('Loss', { group: 'loss', shape })], 0);
  const image = form.element.querySelector('svg[role=img]');
  expect(image?.getAttribute('aria-label')).toBe('It falls.');
  const line = image?.querySelector('.lossviz-shape-line')?.getAttribute('d') ?? '';
  expect(line.match(/[ML]/g)?.join('')).toBe('MML');
  expect(line).not.toContain('NaN');
});
