/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * What there is to know of the chosen loss: its shape, its formula and when to use it.
 */

import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Field } from '../lab_traits';
import { pageServices } from '../page';
import { Shape } from './shape';

/** Of a longer text only the first sentence shows at once. */
const LONG_ADVICE = 120;

export function LossCard({ formula, shape, advice }: Field): VNode | null {
  if (!formula && !advice && !shape) {
    return null;
  }
  return (
    <div class="lossviz-wide lossviz-loss-card">
      {(shape ?? formula) && (
        <div class="lossviz-loss-figure">
          {shape && <Shape shape={shape} />}
          {formula && <Formula latex={formula} />}
        </div>
      )}
      {advice && <Advice text={advice} />}
    </div>
  );
}

/** Typeset where the page can do that, else as it was written. */
function Formula({ latex }: { latex: string }): VNode {
  const line = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const { current } = line;
    if (!current) {
      return;
    }
    const services = pageServices();
    if (services) {
      current.textContent = `\\(${latex}\\)`;
      services.typeset(current);
    } else {
      const code = document.createElement('code');
      code.textContent = latex;
      current.replaceChildren(code);
    }
  }, [latex]);
  // Its content is the typesetter's.
  return <div ref={line} class="lossviz-field-formula" />;
}

function Advice({ text }: { text: string }): VNode {
  const end = text.indexOf('. ') + 1;
  if (text.length <= LONG_ADVICE || end === 0) {
    return <p class="lossviz-field-advice">{text}</p>;
  }
  return (
    <details key={text} class="lossviz-field-advice">
      <summary>
        {text.slice(0, end)} <span class="lossviz-more">More</span>
      </summary>
      <p>{text.slice(end + 1)}</p>
    </details>
  );
}
