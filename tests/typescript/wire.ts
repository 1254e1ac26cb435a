import type { FromKernel, FromPage } from '../../labextension/src/messages';
import type { Channel } from '../../labextension/src/transport/channel';

/** A way to a kernel that the test itself plays. */
export class Wire implements Channel {
  sent: FromPage[] = [];
  /** Whether sending fails, as it does through a comm that has been closed. */
  closed = false;
  private _handlers = new Set<(message: FromKernel, buffers: DataView[]) => void>();

  send(message: FromPage): void {
    if (this.closed) {
      throw new Error('Cannot send');
    }
    this.sent.push(message);
  }

  onMessage(handler: (message: FromKernel, buffers: DataView[]) => void): () => void {
    this._handlers.add(handler);
    return () => {
      this._handlers.delete(handler);
    };
  }

  /** With float32 buffers; before those of a snapshot come its two sets of knots, empty. */
  deliver(message: FromKernel, ...losses: number[][]): void {
    const knots = message.type === 'snapshot' ? [[], []] : [];
    this.deliverBuffers(
      message,
      [...knots, ...losses].map(values => new DataView(Float32Array.from(values).buffer))
    );
  }

  deliverBuffers(message: FromKernel, buffers: DataView[]): void {
    for (const handler of this._handlers) {
      handler(message, buffers);
    }
  }

  get attaches(): number {
    return this.sent.filter(message => message.type === 'attach').length;
  }

  get subscribers(): number {
    return this._handlers.size;
  }
}
