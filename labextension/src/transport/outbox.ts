/**
 * Messages that wait until the kernel can receive them.
 *
 * Messages sent before the kernel has answered could be lost. And while ipywidgets restores its models,
 * it renders a lab, disposes of the view, and renders it again: what waited in the first view is passed
 * on to the next view of the same lab.
 */

import type { Command, Edit, FromPage } from '../messages';

/** A press must not take effect long after whoever pressed has given up on it. */
const EXPIRY_MS = 30_000;

/** Delay before another attempt to send over a closed connection. */
const RETRY_MS = 1000;

/** What one view passes on to the next. */
type Inherited = Command | Edit;

/** By lab, what its last view left behind. This module is loaded once per page. */
const leftBehind = new Map<string, Inherited[]>();

/** By lab, its views on this page. */
const views = new Map<string, Set<Outbox>>();

export class Outbox {
  private _waiting: FromPage[] = [];
  private _timer = 0;
  private _disposed = false;

  /**
   * @param _lab the id of the lab.
   * @param _page this view's page.
   * @param _send returns false if the kernel cannot be reached now.
   */
  constructor(
    private readonly _lab: string,
    private readonly _page: string,
    private readonly _send: (message: FromPage) => boolean
  ) {
    const others = views.get(_lab) ?? new Set<Outbox>();
    views.set(_lab, others.add(this));
    this._adopt(leftBehind.get(_lab) ?? []);
    leftBehind.delete(_lab);
  }

  /** Whether messages are waiting. */
  get holds(): boolean {
    return this._waiting.length > 0;
  }

  /** Send as soon as possible, after the messages already waiting. */
  put(message: FromPage): void {
    this._waiting.push(message);
    this.flush();
  }

  /** Send waiting messages, as far as possible. */
  flush(): void {
    window.clearTimeout(this._timer);
    for (let next = this._waiting[0]; next; next = this._waiting[0]) {
      if (this._disposed || !this._send(next)) {
        this._timer = window.setTimeout(() => {
          this.flush();
        }, RETRY_MS);
        return;
      }
      this._waiting.shift();
    }
  }

  /** The view is gone; another view of the same lab inherits what waits, now or soon. */
  dispose(): void {
    this._disposed = true;
    window.clearTimeout(this._timer);
    const others = views.get(this._lab);
    others?.delete(this);
    const inherited = this._waiting.filter(one => one.type === 'command' || one.type === 'edit');
    this._waiting = [];
    const [other] = others ?? [];
    if (other) {
      other._adopt(inherited);
    } else {
      views.delete(this._lab);
      if (inherited.length) {
        leftBehind.set(this._lab, inherited);
        window.setTimeout(() => {
          // Unless it has been adopted, or replaced.
          if (leftBehind.get(this._lab) === inherited) {
            leftBehind.delete(this._lab);
          }
        }, EXPIRY_MS);
      }
    }
  }

  private _adopt(messages: readonly Inherited[]): void {
    for (const message of messages) {
      // The answer to a press goes to this page. An edit keeps the page that numbered it.
      this.put(message.type === 'command' ? { ...message, page: this._page } : message);
    }
  }
}
