import type { RunStore } from '../../labextension/src/store/run_store';
import type { ViewContext } from '../../labextension/src/views/kind';

/** What a view gets from a lab that follows this store. */
export function viewContext(store: RunStore): ViewContext {
  return {
    lab: 'lab 1',
    store,
    empty: '',
    ask: () => true,
    trouble: () => undefined,
    predict: undefined
  };
}
