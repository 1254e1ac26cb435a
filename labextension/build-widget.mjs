// Builds what the Python package serves: the lab's module, its style sheet, and Plotly as it is.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const out = '../lossviz/static';
const plotly = 'node_modules/plotly.js-basic-dist-min';
await mkdir(out, { recursive: true });
for (const [source, name] of [
  ['index', 'lab'],
  ['loader', 'loader']
]) {
  await build({
    entryPoints: [`src/widget/${source}.ts`],
    outfile: `${out}/${name}.js`,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'inline'
  });
}
await build({
  entryPoints: ['style/lab.css'],
  outfile: `${out}/lab.css`,
  bundle: true,
  minify: true
});
await copyFile(`${plotly}/plotly-basic.min.js`, `${out}/plotly.js`);
await writeFile(`${out}/plotly.LICENSE`, await readFile(`${plotly}/LICENSE`));
