/**
 * Limits the number of values that a page holds over all series.
 */

/** Holds values, and can reduce them. */
export interface Holder {
  /** The number of values held. */
  readonly held: number;
  /** Reduce them to about half. */
  fold(): void;
}

export class Budget {
  private _holders = new Set<Holder>();

  /** @param _most the maximum number of values. */
  constructor(private readonly _most: number) {}

  /** Count this holder from now on. */
  add(holder: Holder): void {
    this._holders.add(holder);
  }

  /** Stop counting this holder. */
  delete(holder: Holder): void {
    this._holders.delete(holder);
  }

  /** After growth: fold the largest holder until all fit. */
  enforce(): void {
    const all = [...this._holders];
    let total = all.reduce((sum, { held }) => sum + held, 0);
    while (total > this._most) {
      const largest = all.reduce((most, one) => (one.held > most.held ? one : most));
      const before = largest.held;
      largest.fold();
      if (largest.held >= before) {
        return; // It cannot get smaller, and neither can the others.
      }
      total -= before - largest.held;
    }
  }
}

/** For all series of all labs on this page: 16 MB. */
export const pageBudget = new Budget(4_000_000);
