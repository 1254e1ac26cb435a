/**
 * Who wants to hear of which part of a page's runs.
 */

/** A part that changes by itself; each series is one, by its name. */
export type Slice = 'run' | 'progress' | 'epochs' | 'earlier' | `series:${string}`;

export class Slices {
  private _listeners = new Map<() => void, readonly Slice[]>();

  /** @param _watched called when other series than before have listeners. */
  constructor(private readonly _watched: () => void = () => undefined) {}

  /** The names of the series that have listeners. */
  get series(): string[] {
    const names = [...this._listeners.values()].flat().flatMap(nameOf);
    return [...new Set(names)].sort();
  }

  /** Call `listener` after changes of these slices. Returns a function that ends it. */
  on(slices: readonly Slice[], listener: () => void): () => void {
    this._change(() => this._listeners.set(listener, slices));
    return () => {
      this._change(() => this._listeners.delete(listener));
    };
  }

  /** These have changed: whoever wants to hear of any of them is called once. */
  emit(changed: readonly Slice[]): void {
    for (const [listener, slices] of [...this._listeners]) {
      if (slices.some(one => changed.includes(one))) {
        listener();
      }
    }
  }

  private _change(change: () => void): void {
    const before = this.series.join();
    change();
    if (this.series.join() !== before) {
      this._watched();
    }
  }
}

function nameOf(slice: Slice): string[] {
  return slice.startsWith('series:') ? [slice.slice('series:'.length)] : [];
}
