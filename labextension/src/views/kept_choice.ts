/**
 * How a person looks at a lab, kept over a reload of the page.
 *
 * It is the browser's, for this tab: neither the notebook nor the kernel know of it.
 */

export class KeptChoice {
  private readonly _key: string;

  /**
   * @param lab the lab's id, which stays when the page is loaded again.
   * @param name of what is chosen.
   */
  constructor(lab: string, name: string) {
    this._key = `lossviz:${lab}:${name}`;
  }

  /** What was written last, or undefined. */
  read(): unknown {
    try {
      return JSON.parse(sessionStorage.getItem(this._key) ?? 'null') ?? undefined;
    } catch {
      // Somebody else's text, or a browser that keeps nothing.
      return undefined;
    }
  }

  write(value: unknown): void {
    try {
      sessionStorage.setItem(this._key, JSON.stringify(value));
    } catch {
      // The browser keeps nothing, or no more than it has; the choice holds until a reload.
    }
  }
}
