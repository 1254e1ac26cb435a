/**
 * Texts to copy or to save as a file.
 */

import { trans } from '../i18n/translation';

/**
 * Copy a text to the clipboard; false if the browser does not allow it.
 *
 * Pages without HTTPS have no clipboard API; there, copying a selection still works.
 */
export async function toClipboard(text: string): Promise<boolean> {
  // Its type does not say that it may be missing.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  try {
    await clipboard?.writeText(text);
    if (clipboard) {
      return true;
    }
  } catch {
    // Not allowed; copying a selection may be.
  }
  return copySelection(text);
}

function copySelection(text: string): boolean {
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
    // Deprecated, but without a replacement on pages that have no clipboard API.
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

/** Something whose whole text can be selected. */
export interface SelectableText {
  readonly value: string;
  focus(): void;
  select(): void;
}

/** Copy the text of a box, or select it for the keyboard if copying is not allowed. */
export async function copyText(box: SelectableText, say: (message: string) => void): Promise<void> {
  if (await toClipboard(box.value)) {
    say(trans.__('Copied.'));
  } else {
    box.focus();
    box.select();
    say(trans.__('Press Ctrl+C to copy the selection.'));
  }
}

/** Save a text as a file, by the browser's download. */
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
