/**
 * Keys pressed in a lab belong to the lab, not to the notebook around it.
 *
 * While the focus is in an output, the notebook is in command mode and JupyterLab handles letters and
 * arrow keys: D D on a button of the lab would delete the lab's cell. JupyterLab sees keys before the
 * lab, in the document's capture phase, and ignores those of an element with Lumino's attribute, or of
 * its descendants. The attribute on an ancestor does not help here, because the notebook's selectors
 * match the focused element itself. So the element gets the attribute at each key, before JupyterLab
 * sees it, except for shortcuts of the application: Ctrl+S must save the notebook, not the page.
 */

const ATTRIBUTE = 'data-lm-suppress-shortcuts';

/** With Ctrl or Cmd, these belong to a text field, or edit cells: select, copy, undo, merge. */
const LOCAL = /^[acmvxyz]$/i;

/** With Ctrl or Cmd, these may be shortcuts of the application. */
const APPLICATION = /^[a-z,.[\]]$/i;

/** Keep keys pressed inside `root` from triggering the notebook's shortcuts. */
export function keepKeys(root: HTMLElement, signal: AbortSignal): void {
  window.addEventListener(
    'keydown',
    event => {
      if (event.target instanceof Element && root.contains(event.target)) {
        event.target.toggleAttribute(ATTRIBUTE, !isApplicationShortcut(event));
      }
    },
    { capture: true, signal }
  );
}

/** Whether a key is a shortcut that works wherever the focus is, such as Ctrl+S. */
function isApplicationShortcut(event: KeyboardEvent): boolean {
  // Ctrl and Alt together are AltGr, which types characters.
  const modified = event.ctrlKey !== event.metaKey && !event.altKey;
  const local = LOCAL.test(event.key) && !(event.shiftKey && /^[cx]$/i.test(event.key));
  return modified && APPLICATION.test(event.key) && !local;
}
