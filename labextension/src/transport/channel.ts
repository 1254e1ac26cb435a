/**
 * The connection between a page and a kernel.
 */

import type { FromKernel, FromPage } from '../messages';

/** A connection to a kernel, such as the widget's comm. */
export interface Channel {
  send(message: FromPage): void;
  /** Returns a function that unsubscribes. */
  onMessage(handler: (message: FromKernel, buffers: DataView[]) => void): () => void;
}

/** The float32 values in a message's buffer, which may start at any byte. */
export function floats(view: DataView | undefined): Float32Array {
  return new Float32Array(aligned(view));
}

/** The float64 values in a message's buffer. */
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

/** Send; false if the connection is closed, which is expected after a restart and not an error. */
export function trySend(channel: Channel, message: FromPage): boolean {
  try {
    channel.send(message);
    return true;
  } catch {
    return false;
  }
}
