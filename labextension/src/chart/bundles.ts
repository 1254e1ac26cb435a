/**
 * Where a lab gets large modules from: the page's extension, or once per page from a kernel.
 *
 * Plotly's 1.5 MB must not travel with every lab, so the widget's module does not contain them, nor
 * CodeMirror and KaTeX. Each is a module and stays private: a `Plotly` of the page's own, or a loader
 * of modules on it, is not touched.
 */

import type { EditorModule } from '../editor/tokens';
import type { KatexModule } from '../katex';
import { pageServices, type PageServices } from '../page';
import type { PlotlyModule } from './plotly_types';

/** Lines, heat maps and the rest on flat axes; and surfaces, for views that need them. */
export type PlotlyName = 'cartesian' | 'gl3d';

/** What is in each bundle. */
export interface Modules extends Record<PlotlyName, PlotlyModule> {
  katex: KatexModule;
  editor: EditorModule;
}

export type BundleName = keyof Modules;

/** A question that was not answered is asked again after so long, then after twice that, ... */
const FIRST_MS = 15_000;
const MOST_MS = 120_000;

/** After a failure, and where nobody could even be asked. */
const PAUSE_MS = 1000;
const NOBODY_MS = 5000;

/** So many fail before a person is told. */
const QUIET_FAILURES = 2;

/** Asks a kernel for a bundle; false where none can be reached. */
export type AskFor = (name: BundleName) => boolean;

/** Someone who wants a bundle, and can ask a kernel for it. */
export interface Customer<Module = PlotlyModule> {
  /** Asks a kernel; the answer is given to `deliver`. False where none can be reached. */
  ask(name: BundleName): boolean;
  loaded(module: Module): void;
  /** It has failed more than once, and is tried again. */
  late(): void;
}

export class Bundle<Module = PlotlyModule> {
  private _module: Module | undefined;
  private _customers: Customer<Module>[] = [];
  private _timer = 0;
  private _failures = 0;
  private _asking: Customer<Module> | undefined;
  private _local: Promise<Module> | undefined;

  /**
   * @param _name which one.
   * @param _services finds the page's services, if there are any.
   * @param _load makes a module of its JavaScript text.
   */
  constructor(
    private readonly _name: BundleName,
    private readonly _services: () => PageServices | undefined = pageServices,
    private readonly _load: (text: DataView) => Promise<Module> = loadText
  ) {}

  /** Tell this customer when it is loaded. Returns a function that ends that. */
  want(customer: Customer<Module>): () => void {
    if (this._module) {
      customer.loaded(this._module);
      return () => undefined;
    }
    this._customers.unshift(customer);
    if (!this._asking && !this._local) {
      this._try();
    }
    return () => {
      this._customers = this._customers.filter(one => one !== customer);
      if (this._asking === customer) {
        // Its answer would be nobody's: the next one asks at once.
        this._asking = undefined;
        this._try();
      }
    };
  }

  /** The kernel that was asked is gone: somebody else asks another one. */
  again(): void {
    if (this._asking) {
      this._try();
    }
  }

  /** A kernel has answered one of the customers, perhaps late. */
  async deliver(text: DataView): Promise<void> {
    if (!this._module) {
      await this._load(text).then(
        module => {
          this._finish(module);
        },
        () => {
          this._fail();
        }
      );
    }
  }

  private _try(): void {
    window.clearTimeout(this._timer);
    this._asking = undefined;
    const services = this._services();
    if (this._module || !this._customers.length) {
      return;
    }
    // An extension that fails again and again may be of another version than its files.
    if (services?.bundles?.includes(this._name) && this._failures < QUIET_FAILURES) {
      this._local = services.plotly(this._name) as Promise<unknown> as Promise<Module>;
      this._local.then(
        module => {
          this._finish(module);
        },
        () => {
          this._local = undefined;
          this._fail();
        }
      );
      return;
    }
    this._askNext();
  }

  /** Each gets a turn: the kernel of one may be gone. */
  private _askNext(): void {
    for (const customer of [...this._customers]) {
      // Whoever has been asked last comes last.
      this._customers = [...this._customers.filter(one => one !== customer), customer];
      if (customer.ask(this._name)) {
        this._asking = customer;
        const patience = Math.min(FIRST_MS * 2 ** this._failures, MOST_MS);
        this._timer = window.setTimeout(() => {
          this._fail();
        }, patience);
        return;
      }
    }
    this._timer = window.setTimeout(() => {
      this._try();
    }, NOBODY_MS);
  }

  private _fail(): void {
    window.clearTimeout(this._timer);
    this._failures += 1;
    if (this._failures >= QUIET_FAILURES) {
      this._customers.forEach(one => {
        one.late();
      });
    }
    this._timer = window.setTimeout(() => {
      this._try();
    }, PAUSE_MS);
  }

  private _finish(module: Module): void {
    window.clearTimeout(this._timer);
    this._asking = undefined;
    this._module = module;
    for (const one of this._customers.splice(0)) {
      one.loaded(module);
    }
  }
}

/** Labs of several versions may be on one page; those with other bundles have another key. */
const KEY = Symbol.for('lossviz.bundles.1');

/** This bundle, the same for all labs of the page. */
export function bundle<Name extends BundleName>(name: Name): Bundle<Modules[Name]> {
  type Bundles = Map<BundleName, Bundle<unknown>>;
  const page = globalThis as unknown as Record<symbol, Bundles | undefined>;
  const bundles = (page[KEY] ??= new Map<BundleName, Bundle<unknown>>());
  const found = (bundles.get(name) as Bundle<Modules[Name]> | undefined) ?? new Bundle(name);
  bundles.set(name, found);
  return found;
}

async function loadText<Module>(text: DataView): Promise<Module> {
  const bytes = new Uint8Array(text.byteLength);
  bytes.set(new Uint8Array(text.buffer, text.byteOffset, text.byteLength));
  const url = URL.createObjectURL(new Blob([bytes], { type: 'text/javascript' }));
  try {
    const loaded = (await import(/* @vite-ignore */ url)) as { default: Module };
    return loaded.default;
  } finally {
    URL.revokeObjectURL(url);
  }
}
