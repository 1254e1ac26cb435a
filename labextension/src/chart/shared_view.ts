/**
 * How a person looks at all charts of a view at once: the x axis, the runs that are hidden, and the
 * step that is pointed at.
 */

import type { Axis } from './time_unit';

/** What a choice is kept in over a reload. */
export interface Kept {
  read(): unknown;
  write(value: unknown): void;
}

const AXES: readonly unknown[] = ['epoch', 'step', 'time'];

/** So many hidden runs are remembered: the latest ones. */
const MOST_HIDDEN = 100;

export class SharedView {
  private _axis: Axis | null = null;
  private _hidden: ReadonlySet<string> = new Set();
  private _step: number | null = null;
  private _frame = 0;
  private _chosen = new Set<() => void>();
  private _marked = new Set<(step: number | null) => void>();

  /** @param _kept of this lab; without it nothing is kept. */
  constructor(private readonly _kept?: Kept) {
    const kept = _kept?.read();
    if (typeof kept === 'object' && kept !== null) {
      const { axis, hidden } = kept as { axis?: unknown; hidden?: unknown };
      this._axis = AXES.includes(axis) ? (axis as Axis) : null;
      this._hidden = new Set(
        Array.isArray(hidden) ? hidden.filter(one => typeof one === 'string') : []
      );
    }
  }

  /** What the x axes count; null where each chart has its own. */
  get axis(): Axis | null {
    return this._axis;
  }

  set axis(axis: Axis | null) {
    this._axis = axis;
    this._choose();
  }

  /** The ids of the runs that are on no chart. */
  get hidden(): ReadonlySet<string> {
    return this._hidden;
  }

  /** Hide a run that is seen, or show one that is hidden. */
  toggle(run: string): void {
    const hidden = [...this._hidden].filter(one => one !== run);
    this._hidden = new Set(this._hidden.has(run) ? hidden : [...hidden, run].slice(-MOST_HIDDEN));
    this._choose();
  }

  /** How many steps had been taken at the place that is pointed at; null where none is. */
  get step(): number | null {
    return this._step;
  }

  /** Point at this moment; the charts hear of it once a frame. */
  point(step: number | null): void {
    this._step = step;
    this._frame ||= requestAnimationFrame(() => {
      this._frame = 0;
      this._marked.forEach(listener => {
        listener(this._step);
      });
    });
  }

  /** Call this when axis or hidden runs have changed. Returns a function that ends it. */
  onChoice(listener: () => void): () => void {
    this._chosen.add(listener);
    return () => {
      this._chosen.delete(listener);
    };
  }

  /** Call this when another step is pointed at. Returns a function that ends it. */
  onMark(listener: (step: number | null) => void): () => void {
    this._marked.add(listener);
    return () => {
      this._marked.delete(listener);
    };
  }

  private _choose(): void {
    this._kept?.write({ axis: this._axis, hidden: [...this._hidden] });
    this._chosen.forEach(listener => {
      listener();
    });
  }
}
