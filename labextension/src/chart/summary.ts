/**
 * One sentence about a chart for people who cannot see it, not more often than one can listen.
 */

/** Between two changes. */
const PERIOD_MS = 2000;

export class Summary {
  readonly element = document.createElement('p');
  private _text = '';
  private _said = 0;
  private _timer = 0;

  constructor() {
    this.element.className = 'lossviz-visually-hidden';
  }

  /**
   * Say this, soon.
   *
   * @param now whether it is urgent: there is nothing else.
   */
  say(text: string, now: boolean): void {
    this._text = text;
    window.clearTimeout(this._timer);
    const pause = this._said + PERIOD_MS - performance.now();
    if (now || pause < 0) {
      this._write();
    } else {
      // The last words must be about the last points, also when nothing more comes.
      this._timer = window.setTimeout(() => {
        this._write();
      }, pause);
    }
  }

  /** Say nothing more, until asked. */
  stop(): void {
    window.clearTimeout(this._timer);
  }

  private _write(): void {
    this._said = performance.now();
    this.element.textContent = this._text;
  }
}
