// Builds what the Python package serves: the lab's module, its style sheet, and the modules that a
// page without the extension asks for: Plotly, CodeMirror and KaTeX.
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const out = '../lossviz/static';
const lib = 'lib/plotly';

// What each bundle of Plotly is made of. The kernel delivers the first one, to pages without the
// extension; in the extension each is a chunk of its own, loaded when a view needs it.
const PLOTLY = {
  cartesian: 'plotly.js-cartesian-dist-min/plotly-cartesian.min.js',
  gl3d: 'plotly.js-gl3d-dist-min/plotly-gl3d.min.js'
};

// Plotly's own builds put themselves on the page under a global name, over whatever is there.
const GLOBAL = 'window.Plotly = Plotly;';

/** A build of Plotly as a module that leaves the page alone. */
async function privateModule(path) {
  const text = await readFile(`node_modules/${path}`, 'utf-8');
  if (text.split(GLOBAL).length !== 2) {
    throw new Error(`${path} does not say ${GLOBAL} once: look how it makes itself known`);
  }
  // A function, for "$" means something in the text of a replacement.
  const own = text.replace(GLOBAL, () => '');
  return `const module = { exports: {} };\n${own}\nexport default module.exports;\n`;
}

/** The licences of the packages that a build has taken something of. */
async function licences({ inputs }) {
  const paths = Object.keys(inputs).map(one => /^node_modules\/(@[^/]+\/)?[^/]+/.exec(one)?.[0]);
  const texts = [];
  for (const path of [...new Set(paths.filter(Boolean))].sort()) {
    const file = (await readdir(path)).find(one => /^licen[cs]e/i.test(one));
    const text = file ? await readFile(`${path}/${file}`, 'utf-8') : '';
    texts.push(`${path.replace('node_modules/', '')}\n\n${text.trim()}\n`);
  }
  return texts.join(`\n${'-'.repeat(72)}\n\n`);
}

await mkdir(out, { recursive: true });
await mkdir(lib, { recursive: true });
for (const [source, name] of [
  ['widget/index', 'lab'],
  ['widget/loader', 'loader'],
  ['editor/index', 'editor'],
  ['katex/index', 'katex']
]) {
  const { metafile } = await build({
    entryPoints: [`src/${source}.ts`],
    outfile: `${out}/${name}.js`,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'inline',
    metafile: true
  });
  const texts = await licences(metafile);
  if (texts) {
    await writeFile(`${out}/${name}.LICENSE`, texts);
  }
}
await build({
  entryPoints: ['style/lab.css'],
  outfile: `${out}/lab.css`,
  bundle: true,
  minify: true
});
for (const [name, path] of Object.entries(PLOTLY)) {
  await writeFile(`${lib}/${name}.js`, await privateModule(path));
}
await writeFile(`${out}/plotly.js`, await readFile(`${lib}/cartesian.js`));
const license = 'node_modules/plotly.js-cartesian-dist-min/LICENSE';
await writeFile(`${out}/plotly.LICENSE`, await readFile(license));
