/**
 * Texts that a person takes out of a lab: to the clipboard, or as a file.
 */

/** Copy what stands in a box, or get it ready for the keyboard where that is not allowed. */
export async function copyText(
  box: HTMLTextAreaElement,
  say: (message: string) => void
): Promise<void> {
  try {
    await navigator.clipboard.writeText(box.value);
    say('Copied.');
  } catch {
    box.focus();
    box.select();
    say('Press Ctrl+C to copy the selection.');
  }
}

/** Let the browser save a text as a file. */
export function downloadText(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/x-python' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 10_000);
}
