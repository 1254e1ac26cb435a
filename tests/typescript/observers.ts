import { vi } from 'vitest';

/** What jsdom lacks; nothing is drawn in such a test. */
export function stubObservers(): void {
  class Observer {
    observe = (): void => undefined;
    disconnect = (): void => undefined;
  }
  vi.stubGlobal('ResizeObserver', Observer);
  vi.stubGlobal('IntersectionObserver', Observer);
}
