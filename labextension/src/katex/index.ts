/**
 * Formulas for pages without JupyterLab's typesetter, as MathML: the browser draws it with the
 * fonts that it has. A bundle of its own, loaded when a formula is shown.
 */

import katex from 'katex';

export interface KatexModule {
  /** Put a formula into an element; one that cannot be read stays as it was written. */
  render(latex: string, element: HTMLElement): void;
}

const module: KatexModule = {
  render: (latex, element) => {
    katex.render(latex, element, { output: 'mathml', throwOnError: false });
  }
};
export default module;
