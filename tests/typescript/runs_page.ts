import { afterEach, beforeEach, vi } from 'vitest';
import type {
  FromKernel,
  FromPage,
  ListedRun,
  RunsChange,
  RunsRequest
} from '../../labextension/src/messages';
import { RunStore } from '../../labextension/src/store/run_store';
import type { View } from '../../labextension/src/views/kind';
import { runs } from '../../labextension/src/views/runs';
import { Wire } from './wire';

/** The page of the test that runs. */
export let page: RunsPage;

/** Give each test of this file a page of its own, with timers that it turns itself. */
export function openRunsPage(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    sessionStorage.clear();
    page = new RunsPage();
  });

  afterEach(() => {
    page.close();
    vi.useRealTimers();
  });
}

/** Load the page again. */
export function reopenPage(reachable = true): void {
  page.close();
  page = new RunsPage(reachable);
}

/** A run as the kernel lists it. */
export function listed(index: number, more: Partial<ListedRun> = {}): ListedRun {
  return {
    id: `r${index}`,
    name: `run ${index}`,
    status: 'completed',
    colour: 0,
    task: '',
    loss: 'dice',
    device: 'CPU:0',
    seed: 0,
    epoch: 2,
    epochs: 3,
    steps: 1234,
    started: 0,
    seconds: 75,
    note: '',
    error: '',
    metric: 'val_accuracy',
    best: 0.5,
    val_loss: 0.25,
    last_val_loss: 0.5,
    values: [],
    shown: false,
    resume: '',
    ...more
  };
}

/** So many runs, from this one on. */
export function many(from: number, count: number): ListedRun[] {
  return Array.from({ length: count }, (_, i) => listed(from + i));
}

/** A page that shows the view *Runs*; the test plays the kernel. */
export class RunsPage {
  readonly sent: FromPage[] = [];
  readonly store = new RunStore('p', new Wire());
  readonly view: View;

  constructor(public reachable = true) {
    const kernel = {
      page: 'p',
      send: (message: FromPage): boolean => {
        if (this.reachable) {
          this.sent.push(message);
        }
        return this.reachable;
      }
    };
    const rest = { ask: () => true, trouble: () => undefined, predict: undefined };
    this.view = runs.make({ lab: 'l', store: this.store, empty: '', kernel, ...rest });
    document.body.append(this.view.element);
    this.view.show();
  }

  close(): void {
    this.view.dispose();
    this.view.element.remove();
    this.store.dispose();
  }

  /** The latest question for rows. */
  get asked(): RunsRequest {
    return this.sent.filter(one => one.type === 'runs').at(-1) as RunsRequest;
  }

  /** The latest change that was asked for. */
  get change(): RunsChange {
    return this.sent.filter(one => one.type === 'change_runs').at(-1) as RunsChange;
  }

  /** The kernel's answer to the latest question. */
  answer(found: ListedRun[], total = found.length, number = this.asked.number): void {
    const start = Math.min(this.asked.start, total);
    const rows = found.slice(0, this.asked.count);
    this.tell({ type: 'runs', page: 'p', number, total, start, rows, trouble: '' });
  }

  tell(message: FromKernel): void {
    this.view.take?.(message, []);
  }

  all<T extends HTMLElement = HTMLElement>(selector: string): T[] {
    return [...this.view.element.querySelectorAll<T>(selector)];
  }

  /** The button of this name; of the head of the table with `head`. */
  button(text: string, kind = '.lossviz-button'): HTMLButtonElement {
    const found = this.all<HTMLButtonElement>(kind).filter(one => one.textContent === text);
    return found.at(-1) as HTMLButtonElement;
  }

  head(text: string): HTMLButtonElement {
    return this.button(text, 'thead button');
  }

  /** The names of the rows that are drawn. */
  get drawn(): string[] {
    return this.all('tbody [data-column=name]').map(one => one.textContent ?? '');
  }

  select(...indices: number[]): void {
    indices.forEach(i => this.all<HTMLInputElement>('tbody input')[i]?.click());
  }

  /** What is said of the last change. */
  get said(): string {
    return this.all('.lossviz-runs-message').map(one => one.textContent)[0] ?? '';
  }
}
