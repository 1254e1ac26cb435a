import { expect, it } from 'vitest';

interface Glob {
  glob(pattern: string, how: object): Record<string, string>;
}

/** The text of every source file, by its path from the sources' folder. */
const SOURCES = new Map(
  Object.entries(
    // Vite's own; its types would bring in all of the browser's modules.
    (import.meta as unknown as Glob).glob('../../labextension/src/**/*.{ts,tsx}', {
      query: '?raw',
      import: 'default',
      eager: true
    })
  ).map(([path, text]) => [path.replace('../../labextension/src/', ''), text])
);

/** The lowest first: what stands in a line imports nothing from the lines after it. */
const FLOORS = [
  ['messages', 'lab_traits', 'format', 'text_edits', 'icon'],
  ['controls', 'series'],
  ['transport'],
  ['store'],
  ['page'],
  ['chart', 'plotly'],
  ['views'],
  ['widget'],
  ['cell', 'panel'],
  ['commands', 'index']
];

/** Every file with what it imports, types included or not. */
function imports(types: boolean): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [name, text] of SOURCES) {
    const paths: string[] = [];
    for (const [, only, path] of text.matchAll(
      /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'(\.[^']*)'/gm
    )) {
      const base = resolved(name, path ?? '');
      const file = [`${base}.ts`, `${base}.tsx`, `${base}/index.ts`].find(one => SOURCES.has(one));
      if (file && (types || !only)) {
        paths.push(file);
      }
    }
    found.set(name, paths);
  }
  return found;
}

function resolved(name: string, path: string): string {
  return new URL(path, `file:///${name}`).pathname.slice(1);
}

function floor(name: string): number {
  const room = name.split('/')[0]?.replace(/\.tsx?$/, '') ?? '';
  return FLOORS.findIndex(rooms => rooms.includes(room));
}

it('has a floor for every file, and none imports from a higher one', () => {
  const found = imports(false);
  expect(found.size).toBeGreaterThan(50);
  expect(found.get('chart/host.ts')).toContain('chart/bundles.ts');
  const wrong: string[] = [];
  for (const [name, paths] of found) {
    expect(floor(name), name).toBeGreaterThanOrEqual(0);
    wrong.push(...paths.filter(path => floor(path) > floor(name)).map(path => `${name} ${path}`));
  }
  expect(wrong).toEqual([]);
});

it('has no circle, not even of types', () => {
  const found = imports(true);
  expect(found.get('chart/host.ts')).toContain('store/run_store.ts');
  const circles: string[] = [];
  const done = new Set<string>();
  const walk = (name: string, way: string[]): void => {
    if (way.includes(name)) {
      circles.push([...way.slice(way.indexOf(name)), name].join(' > '));
    } else if (!done.has(name)) {
      (found.get(name) ?? []).forEach(next => {
        walk(next, [...way, name]);
      });
      done.add(name);
    }
  };
  for (const name of found.keys()) {
    walk(name, []);
  }
  expect(circles).toEqual([]);
});

it('has no file of 400 lines', () => {
  for (const [name, text] of SOURCES) {
    expect(text.split('\n').length, name).toBeLessThan(400);
  }
});
