/**
 * What every lab brings to the page: a few lines that load the lab's module once for all of them.
 *
 * A page never lets go of a module that it has imported, and anywidget imports the `_esm` of every
 * widget anew. So that labs which come and go leave next to nothing, `_esm` is this file, and the
 * module's text is the trait `code_of_page`.
 */

interface Context {
  model: { get(name: 'code_of_page'): string };
}

interface LabModule {
  default: { render(context: Context): () => void };
}

type Modules = Map<string, Promise<LabModule>>;

/** By text: labs of two versions may be on one page. */
const KEY = Symbol.for('lossviz.modules');

function load(text: string): Promise<LabModule> {
  const page = globalThis as unknown as Record<symbol, Modules | undefined>;
  const modules: Modules = (page[KEY] ??= new Map<string, Promise<LabModule>>());
  const loaded = modules.get(text);
  if (loaded) {
    return loaded;
  }
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const imported = import(url) as Promise<LabModule>;
  const loading = imported.finally(() => {
    URL.revokeObjectURL(url);
  });
  modules.set(text, loading);
  return loading;
}

async function render(context: Context): Promise<() => void> {
  const lab = await load(context.model.get('code_of_page'));
  return lab.default.render(context);
}

export default { render };
