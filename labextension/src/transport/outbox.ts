/**
 * What a person has pressed or typed before the kernel could hear of it.
 *
 * What is sent before a kernel has answered could be lost. And while ipywidgets restores its models
 * it renders a lab, disposes the view, and renders it again: what waited in the first view is left
 * for the next one of the same lab.
 */

import type { Command, Edit, FromPage } from '../messages';

/** A press must not take effect long after a person has given it up. */
const KEPT_MS = 30_000;

/** What has not been sent because the way was closed is tried again after so long. */
const RETRY_MS = 1000;

interface Left {
  message: Command | Edit;
  until: number;
}

/** By lab, what its last view left behind. The module is loaded once a page. */
const left = new Map<string, Left[]>();

/** By lab, its views on this page. */
const views = new Map<string, Set<Outbox>>();

export class Outbox {
  private _waiting: FromPage[] = [];
  private _timer = 0;
  private _disposed = false;

  /**
   * @param _lab the id of the lab.
   * @param _page this view's page.
   * @param _send sends; false where that is not possible now.
   */
  constructor(
    private readonly _lab: string,
    private readonly _page: string,
    private readonly _send: (message: FromPage) => boolean
  ) {
    const others = views.get(_lab) ?? new Set<Outbox>();
    views.set(_lab, others.add(this));
    const now = performance.now();
    this._adopt((left.get(_lab) ?? []).filter(one => one.until > now).map(one => one.message));
    left.delete(_lab);
  }

  /** Whether something waits. */
  get holds(): boolean {
    return this._waiting.length > 0;
  }

  /** Send as soon as that is possible, after what waits already. */
  put(message: FromPage): void {
    this._waiting.push(message);
    this.flush();
  }

  /** Send what waits, as far as that is possible. */
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

  /** The view goes; what waits is another view's of the same lab, now or soon. */
  dispose(): void {
    this._disposed = true;
    window.clearTimeout(this._timer);
    const others = views.get(this._lab);
    others?.delete(this);
    const kept = this._waiting.filter(one => one.type === 'command' || one.type === 'edit');
    this._waiting = [];
    const [other] = others ?? [];
    if (other) {
      other._adopt(kept);
    } else {
      views.delete(this._lab);
      if (kept.length) {
        const until = performance.now() + KEPT_MS;
        left.set(
          this._lab,
          kept.map(message => ({ message, until }))
        );
      }
    }
  }

  private _adopt(messages: (Command | Edit)[]): void {
    for (const message of messages) {
      // The answer to a press goes to this page. An edit keeps the page that has numbered it.
      this.put(message.type === 'command' ? { ...message, page: this._page } : message);
    }
  }
}
