/** @jsxRuntime automatic */
/** @jsxImportSource preact */
/**
 * The explanation of a field, behind a small marker beside its label.
 *
 * A notebook cuts off what leaves a cell's output, but a popover lies above all of the page, and the
 * browser closes it with Escape or a click elsewhere. Where it knows none, the text unfolds in place.
 */

import { trans } from '../i18n/translation';
import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Between the marker and its popup, and between the popup and the window's edge. */
const GAP = 4;

interface Props {
  /** Of the popup, unique on the page. */
  id: string;
  /** Of the field's label, which says what the help is about. */
  labelId: string;
  text: string;
}

export function Help({ id, labelId, text }: Props): VNode {
  const [open, setOpen] = useState(false);
  const marker = useRef<HTMLButtonElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const floats = 'popover' in HTMLElement.prototype;

  // It does not follow the marker: where that moves, the popup closes.
  useEffect(() => {
    const { current } = popup;
    if (!open || !floats || !current) {
      return;
    }
    const ends = new AbortController();
    const { signal } = ends;
    const close = (): void => {
      current.hidePopover();
    };
    window.addEventListener('scroll', close, { capture: true, passive: true, signal });
    window.addEventListener('resize', close, { signal });
    return () => {
      ends.abort();
    };
  }, [open, floats]);

  return (
    <span class="lossviz-help">
      <button
        ref={marker}
        type="button"
        class="lossviz-help-marker"
        aria-label={trans.__('Help')}
        aria-describedby={labelId}
        aria-expanded={open}
        aria-controls={id}
        popovertarget={floats ? id : undefined}
        onClick={() => {
          if (!floats) {
            setOpen(!open);
          }
        }}
      >
        <span aria-hidden="true">?</span>
      </button>
      <div
        ref={popup}
        id={id}
        class="lossviz-help-popup"
        role="note"
        tabIndex={-1}
        // The focus goes into it, so that whoever cannot see it hears it.
        autoFocus={floats}
        popover={floats ? 'auto' : undefined}
        hidden={!floats && !open}
        onBeforeToggle={() => {
          place(marker.current, popup.current);
        }}
        onToggle={event => {
          setOpen(event.newState === 'open');
          // Only now its size is known.
          place(marker.current, popup.current);
        }}
        onKeyDown={event => {
          if (event.key === 'Escape' && !floats) {
            setOpen(false);
            marker.current?.focus();
          }
        }}
      >
        {text}
      </div>
    </span>
  );
}

/** Put a popup below its marker, or above where there is no room, within the window. */
function place(marker: HTMLElement | null, popup: HTMLElement | null): void {
  if (!marker || !popup) {
    return;
  }
  const at = marker.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popup;
  const below = at.bottom + GAP;
  const top = below + height + GAP > window.innerHeight ? at.top - GAP - height : below;
  const left = Math.min(at.left, window.innerWidth - width - GAP);
  popup.style.top = `${Math.max(GAP, top)}px`;
  popup.style.left = `${Math.max(GAP, left)}px`;
}
