/**
 * Texts that a person takes out of a lab: to the clipboard, or as a file.
 */

/**
 * Put a text on the clipboard; false where the browser does not allow it.
 *
 * Pages that are not served over HTTPS have no clipboard of their own: there the older way, by a
 * selection, still works.
 */
export async function toClipboard(text: string): Promise<boolean> {
  // Whatever its type says, it is missing there.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  try {
    await clipboard?.writeText(text);
    if (clipboard) {
      return true;
    }
  } catch {
    // Forbidden; the older way may not be.
  }
  return bySelection(text);
}

function bySelection(text: string): boolean {
  const focused = document.activeElement;
  const box = document.createElement('textarea');
  box.value = text;
  box.readOnly = true;
  box.setAttribute('aria-hidden', 'true');
  box.style.cssText = 'position: fixed; inset: 0 auto auto -9999px';
  document.body.append(box);
  box.focus();
  box.select();
  try {
    // Old, and without a successor where there is no clipboard.
    return (
      (document as { execCommand?: (command: string) => boolean }).execCommand?.('copy') ?? false
    );
  } catch {
    return false;
  } finally {
    box.remove();
    if (focused instanceof HTMLElement) {
      focused.focus();
    }
  }
}

/** Copy what stands in a box, or get it ready for the keyboard where that is not allowed. */
export async function copyText(
  box: HTMLTextAreaElement,
  say: (message: string) => void
): Promise<void> {
  if (await toClipboard(box.value)) {
    say('Copied.');
  } else {
    box.focus();
    box.select();
    say('Press Ctrl+C to copy the selection.');
  }
}

/** Let the browser save a text as a file. */
export function downloadText(parts: string[], name: string, type: string): void {
  const address = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 10_000);
}
