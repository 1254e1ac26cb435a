/**
 * Formulas: by the page's own typesetter, or by KaTeX where there is none.
 */

import { bundle, type AskFor } from '../chart/bundles';
import { pageServices } from '../page';

/** What is wider than its place becomes smaller, down to this; it could not be read any more. */
const SMALLEST = 0.7;

/**
 * Put a formula into an element, as it was written until it can be typeset.
 *
 * @returns a function to call when it is not wanted any more.
 */
export function typeset(element: HTMLElement, latex: string, ask: AskFor): () => void {
  const services = pageServices();
  const ends = [keepWithin(element)];
  if (services) {
    element.replaceChildren(`\\(${latex}\\)`);
    services.typeset(element);
  } else {
    const code = document.createElement('code');
    code.textContent = latex;
    element.replaceChildren(code);
    const forget = bundle('katex').want({
      ask,
      loaded: katex => {
        katex.render(latex, element);
      },
      late: () => undefined
    });
    ends.push(forget);
  }
  return () => {
    ends.forEach(end => {
      end();
    });
  };
}

/** Draw what is wider than the element smaller, instead of giving it a scroll bar. */
function keepWithin(element: HTMLElement): () => void {
  const fit = (): void => {
    element.style.fontSize = '';
    const [needed, there] = [element.scrollWidth, element.clientWidth];
    if (needed > there && there > 0) {
      element.style.fontSize = `${Math.max(SMALLEST, there / needed) * 100}%`;
    }
  };
  // A typesetter takes its time, and changes what is in the element when it is ready.
  const changes = new MutationObserver(() => {
    requestAnimationFrame(fit);
  });
  changes.observe(element, { childList: true, subtree: true });
  // The place of a formula changes with its section and the picture beside it, not only the window.
  let width = 0;
  const place = new ResizeObserver(() => {
    if (element.clientWidth !== width) {
      width = element.clientWidth;
      fit();
    }
  });
  place.observe(element.parentElement ?? element);
  return () => {
    changes.disconnect();
    place.disconnect();
  };
}
