/**
 * The way between a page and a kernel.
 */

import type { FromKernel, FromPage } from '../messages';

/** A way to a kernel; the widget's comm, or the side panel's own. */
export interface Channel {
  send(message: FromPage): void;
  /** Returns a function that ends the subscription. */
  onMessage(handler: (message: FromKernel, buffers: DataView[]) => void): () => void;
}

/** Float32 values from a message's buffer, which may begin at any byte. */
export function floats(view: DataView | undefined): Float32Array {
  return new Float32Array(aligned(view));
}

/** Float64 values from a message's buffer. */
export function doubles(view: DataView | undefined): Float64Array {
  return new Float64Array(aligned(view));
}

function aligned(view: DataView | undefined): ArrayBuffer {
  const bytes = new Uint8Array(view?.byteLength ?? 0);
  if (view) {
    bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  }
  return bytes.buffer;
}

/** Send; false where the way is closed, such as after a restart: that is no news worth an error. */
export function trySend(channel: Channel, message: FromPage): boolean {
  try {
    channel.send(message);
    return true;
  } catch {
    return false;
  }
}
