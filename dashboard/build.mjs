// Bundles src/ into dist/: index.html and assets/ with hashed names, so that assets may be cached for ever.
import { context } from 'esbuild';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');

/** Map each entry point ("app.js") to its hashed file name ("app-3F2A.js"). */
function namesByEntry(metafile) {
  const entries = Object.entries(metafile.outputs).filter(([, output]) => output.entryPoint);
  return new Map(entries.map(([file, output]) => [basename(output.entryPoint), basename(file)]));
}

/** Write index.html with the placeholders {{entry}} replaced by hashed addresses. */
async function writePage(metafile) {
  const names = namesByEntry(metafile);
  const template = await readFile(join(here, 'src/index.html'), 'utf8');
  const page = template.replace(/\{\{([\w.-]+)\}\}/g, (_, entry) => {
    if (!names.has(entry)) throw new Error(`index.html asks for ${entry}, which is not built`);
    return `/assets/${names.get(entry)}`;
  });
  await writeFile(join(dist, 'index.html'), page);
}

const pageWriter = {
  name: 'page-writer',
  setup(build) {
    build.onEnd(async (result) => {
      if (result.errors.length === 0) await writePage(result.metafile);
    });
  },
};

const watch = process.argv.includes('--watch');
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const build = await context({
  absWorkingDir: here,
  entryPoints: ['src/app.js', 'src/theme-first.js', 'src/styles/app.css', 'src/mark.svg'],
  outdir: join(dist, 'assets'),
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.svg': 'copy' },
  bundle: true,
  format: 'esm',
  target: ['es2022', 'chrome111', 'firefox113', 'safari16.4'],
  minify: !watch,
  metafile: true,
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [pageWriter],
});
if (watch) {
  await build.watch();
} else {
  await build.rebuild();
  await build.dispose();
}
