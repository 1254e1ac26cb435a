/**
 * How many values of all its series a page holds, whatever their number.
 */

/** Something that holds values, and can do with fewer. */
export interface Holder {
  /** How many values it holds. */
  readonly held: number;
  /** Hold about half as many. */
  fold(): void;
}

export class Budget {
  private _holders = new Set<Holder>();

  /** @param _most so many values are held at most. */
  constructor(private readonly _most: number) {}

  /** Count this one from now on. */
  add(holder: Holder): void {
    this._holders.add(holder);
  }

  /** It is not needed any more. */
  delete(holder: Holder): void {
    this._holders.delete(holder);
  }

  /** After something has grown: the one that holds the most gives way until all fit. */
  keep(): void {
    const all = [...this._holders];
    let total = all.reduce((sum, { held }) => sum + held, 0);
    while (total > this._most) {
      const largest = all.reduce((most, one) => (one.held > most.held ? one : most));
      const before = largest.held;
      largest.fold();
      if (largest.held >= before) {
        return; // It is as small as it can be, and so are the others.
      }
      total -= before - largest.held;
    }
  }
}

/** Of this page, all its labs and all their series: 16 MB. */
export const pageBudget = new Budget(4_000_000);
