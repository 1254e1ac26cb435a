/**
 * Keys pressed in a view belong to it, not to the notebook around it.
 *
 * In a notebook's command mode, which is the mode while the focus is in an output, JupyterLab takes
 * letters and arrows: D D on a button of the lab deletes the lab's cell. It looks at keys before the
 * lab can, in the document's capture phase, and leaves alone what comes from an element with Lumino's
 * attribute, or from below one. Below does not help here: the notebook's selectors match the focused
 * element itself. So the element gets the attribute at each key, before JupyterLab looks, but not for
 * shortcuts that belong to the application: Ctrl+S must not ask where to save the page.
 */

const ATTRIBUTE = 'data-lm-suppress-shortcuts';

/** With Ctrl or Cmd these are a text field's, or the notebook's: select, copy, undo, merge cells. */
const KEPT = /^[acmvxyz]$/i;

const APPLICATION = /^[a-z,.[\]]$/i;

/** Keep the notebook's shortcuts away from keys that are pressed inside `root`. */
export function keepKeys(root: HTMLElement, signal: AbortSignal): void {
  window.addEventListener(
    'keydown',
    event => {
      if (event.target instanceof Element && root.contains(event.target)) {
        event.target.toggleAttribute(ATTRIBUTE, !isForTheApplication(event));
      }
    },
    { capture: true, signal }
  );
}

/** Whether a key is one of the shortcuts that work wherever the focus is, such as Ctrl+S. */
function isForTheApplication(event: KeyboardEvent): boolean {
  // Ctrl and Alt together are AltGr, which types characters.
  const one = event.ctrlKey !== event.metaKey && !event.altKey;
  const kept = KEPT.test(event.key) && !(event.shiftKey && /^[cx]$/i.test(event.key));
  return one && APPLICATION.test(event.key) && !kept;
}
