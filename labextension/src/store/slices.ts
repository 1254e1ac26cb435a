/**
 * Listeners for parts of a page's runs.
 */

/** A part that changes on its own; each series is one, by name. */
export type Slice = 'run' | 'progress' | 'epochs' | 'earlier' | `series:${string}`;

export class Slices {
  private _listeners = new Map<() => void, readonly Slice[]>();

  /** @param _onWatch called when the set of series with listeners changes. */
  constructor(private readonly _onWatch: () => void = () => undefined) {}

  /** The names of the series with listeners. */
  get series(): string[] {
    const names = [...this._listeners.values()].flat().flatMap(nameOf);
    return [...new Set(names)].sort();
  }

  /** Call `listener` after changes of these slices. Returns a function that unsubscribes. */
  on(slices: readonly Slice[], listener: () => void): () => void {
    this._change(() => this._listeners.set(listener, slices));
    return () => {
      this._change(() => this._listeners.delete(listener));
    };
  }

  /** These have changed: call each listener of any of them once. */
  emit(changed: readonly Slice[]): void {
    for (const [listener, slices] of [...this._listeners]) {
      if (slices.some(slice => changed.includes(slice))) {
        listener();
      }
    }
  }

  private _change(change: () => void): void {
    const before = this.series.join();
    change();
    if (this.series.join() !== before) {
      this._onWatch();
    }
  }
}

function nameOf(slice: Slice): string[] {
  return slice.startsWith('series:') ? [slice.slice('series:'.length)] : [];
}
