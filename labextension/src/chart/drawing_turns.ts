/**
 * When the charts of a page are drawn: in turn, and so that the page has time for other things.
 *
 * What comes seldom is drawn at once. Where more comes than can be drawn, each chart shows less of
 * it: frames stay short, and no message waits for a picture that the next one would replace.
 */

/** Two pictures in less time than this would be one on the screen. */
const FRAME_MS = 16;

/** Charts are drawn in one frame while they have taken less than this; the others have the next. */
const BUDGET_MS = 6;

/** Of the time that drawing has taken, so much is left to the page before it goes on. */
const REST = 0.5;

/** In the place of a frame's number. */
const SOON = -1;

export class DrawingTurns {
  private _waiting = new Set<() => void>();
  /** Of these, those that a person waits for. */
  private _prompt = new Set<() => void>();
  /** The frame in which it goes on, or SOON; 0 for none. */
  private _frame = 0;
  /** When that may be. */
  private _free = -Infinity;

  /**
   * Draw this when it is its turn; asked for again before that, it is drawn once.
   *
   * @param prompt a person waits for it: it is drawn now, whatever the others have taken.
   */
  ask(draw: () => void, prompt = false): void {
    this._waiting.add(draw);
    if (prompt) {
      this._prompt.add(draw);
    }
    if (this._frame === SOON || (this._frame && !prompt)) {
      return;
    }
    if (prompt || performance.now() >= this._free) {
      // In the frame that is next, not in the one after.
      cancelAnimationFrame(this._frame);
      this._frame = SOON;
      queueMicrotask(this._draw);
    } else {
      this._frame = requestAnimationFrame(this._draw);
    }
  }

  /** It need not be drawn any more. */
  cancel(draw: () => void): void {
    this._waiting.delete(draw);
    this._prompt.delete(draw);
    if (!this._waiting.size) {
      cancelAnimationFrame(this._frame);
      [this._frame, this._free] = [0, -Infinity];
    }
  }

  private _draw = (): void => {
    this._frame = 0;
    const began = performance.now();
    const prompt = this._prompt.size > 0;
    if ((prompt || began >= this._free) && this._waiting.size) {
      let now = began;
      for (const draw of prompt ? this._prompt : this._waiting) {
        this._waiting.delete(draw);
        this._prompt.delete(draw);
        draw();
        now = performance.now();
        if (now - began >= BUDGET_MS) {
          break;
        }
      }
      this._free = Math.max(began + FRAME_MS, now + REST * (now - began));
    }
    if (this._waiting.size) {
      this._frame ||= requestAnimationFrame(this._draw);
    }
  };
}

/** Of this page and all its labs. */
export const pageTurns = new DrawingTurns();
