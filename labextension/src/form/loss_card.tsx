/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * What there is to know of the chosen loss: its shape, its formula and when to use it.
 */

import { trans } from '../i18n/translation';
import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { AskFor } from '../chart/bundles';
import type { Field } from '../lab_traits';
import { Shape } from './shape';
import { typeset } from './typeset';

/** Of a longer text only the first sentence shows at once. */
const LONG_ADVICE = 120;

export function LossCard({ field, ask }: { field: Field; ask: AskFor }): VNode | null {
  const { formula, shape, advice } = field;
  if (!formula && !advice && !shape) {
    return null;
  }
  return (
    <div class="lossviz-full-line lossviz-loss-card">
      {(shape ?? formula) && (
        <div class="lossviz-loss-figure">
          {shape && <Shape shape={shape} />}
          {formula && <Formula latex={formula} ask={ask} />}
        </div>
      )}
      {advice && <Advice text={advice} />}
    </div>
  );
}

/** Its content is the typesetter's. */
function Formula({ latex, ask }: { latex: string; ask: AskFor }): VNode {
  const line = useRef<HTMLDivElement>(null);
  useLayoutEffect(
    () => (line.current ? typeset(line.current, latex, ask) : undefined),
    [latex, ask]
  );
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
        {text.slice(0, end)} <span class="lossviz-more">{trans.__('More')}</span>
      </summary>
      <p>{text.slice(end + 1)}</p>
    </details>
  );
}
