import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundle } from '../../labextension/src/chart/bundles';
import { typeset } from '../../labextension/src/form/typeset';
import katex from '../../labextension/src/katex';
import type { PageServices } from '../../labextension/src/page';
import { stubObservers } from './observers';

const KEY = Symbol.for('lossviz.page');
const page = globalThis as unknown as Record<symbol, unknown>;
let line: HTMLElement;
let end: () => void;

beforeEach(() => {
  stubObservers();
  line = document.createElement('div');
  document.body.append(line);
});

afterEach(() => {
  end();
  line.remove();
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
  delete page[KEY];
});

/** What a kernel's answer does. */
function finish(): void {
  (bundle('katex') as unknown as { _finish(module: unknown): void })._finish(katex);
}

it('shows a formula as it was written until KaTeX has come, then as MathML', () => {
  const asked: string[] = [];
  end = typeset(line, '\\frac{1}{n} \\sum_i e_i^2', name => {
    asked.push(name);
    return true;
  });
  expect(asked).toEqual(['katex']);
  expect(line.querySelector('code')?.textContent).toBe('\\frac{1}{n} \\sum_i e_i^2');
  finish();
  expect(line.querySelector('code')).toBeNull();
  expect(line.querySelectorAll('math mfrac, math msubsup')).toHaveLength(2);
  end();
  // One that cannot be read stays as it was written.
  end = typeset(line, '\\frac{', () => true);
  expect(line.textContent).toContain('\\frac{');
});

it("leaves a formula to the page's own typesetter where there is one", () => {
  const typesets: (string | null)[] = [];
  page[KEY] = {
    serves: [2],
    typeset: (element: HTMLElement) => typesets.push(element.textContent)
  } as unknown as PageServices;
  end = typeset(line, 'x^2', () => {
    throw new Error('nobody needs KaTeX here');
  });
  expect(typesets).toEqual(['\\(x^2\\)']);
});
