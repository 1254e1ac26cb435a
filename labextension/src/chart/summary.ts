/**
 * One sentence about a chart for people who cannot see it, not more often than one can listen.
 */

import { Paced } from '../paced';

/** Between two changes. */
const PERIOD_MS = 2000;

export class Summary {
  readonly element = document.createElement('p');
  private _text = '';
  // The last words are about the last points, also when nothing more comes.
  private _write = new Paced(() => {
    this.element.textContent = this._text;
  }, PERIOD_MS);

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
    if (now) {
      this._write.now();
    } else {
      this._write.ask();
    }
  }

  /** Say nothing more, until asked. */
  stop(): void {
    this._write.cancel();
  }
}
