/**
 * Work that follows changes, but only a few times a second: nobody reads numbers faster, and each
 * new text costs the page a layout. The last change is never missed.
 */

const PERIOD_MS = 250;

export class Paced {
  private _done = -Infinity;
  private _timer = 0;

  /**
   * @param _work what is to be done.
   * @param _period in milliseconds.
   */
  constructor(
    private readonly _work: () => void,
    private readonly _period = PERIOD_MS
  ) {}

  /** Something has changed: do the work now, or at the end of the period. */
  ask(): void {
    const pause = this._done + this._period - performance.now();
    if (pause <= 0) {
      this.now();
    } else if (!this._timer) {
      this._timer = window.setTimeout(() => {
        this.now();
      }, pause);
    }
  }

  /** Something has changed that must not wait. */
  now(): void {
    this.cancel();
    this._done = performance.now();
    this._work();
  }

  /** Forget what was asked for. */
  cancel(): void {
    window.clearTimeout(this._timer);
    this._timer = 0;
  }
}
