// Bundles src/ into dist/: index.html and assets/ with hashed names, so that assets may be cached for ever.
import { context } from 'esbuild';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
const ICON_SIZES = [180, 192, 512];
const COMPRESSED = /\.(html|js|css|svg|webmanifest)$/;

/** Map each entry point ("app.js") to its hashed file name ("app-3F2A.js"). */
function namesByEntry(metafile) {
  const entries = Object.entries(metafile.outputs).filter(([, output]) => output.entryPoint);
  return new Map(entries.map(([file, output]) => [basename(output.entryPoint), basename(file)]));
}

/** The text of a source file with the placeholders {{entry}} replaced by hashed addresses. */
async function filled(file, names) {
  const template = await readFile(join(here, 'src', file), 'utf8');
  return template.replace(/\{\{([\w.-]+)\}\}/g, (_, entry) => {
    if (!names.has(entry)) throw new Error(`${file} asks for ${entry}, which is not built`);
    return `/assets/${names.get(entry)}`;
  });
}

/** Tags that ask for all that the script imports at once, and not one after the other as each is read. */
function preloads(metafile) {
  const outputs = Object.entries(metafile.outputs);
  const files = new Set(outputs.filter(([, output]) => output.entryPoint === 'src/app.js').map(([file]) => file));
  for (const file of files) {
    for (const { path, kind } of metafile.outputs[file].imports) if (kind === 'import-statement') files.add(path);
  }
  const [, ...imported] = files;
  return imported.map((file) => `<link rel="modulepreload" href="/assets/${basename(file)}">`).join('\n');
}

/** Write the manifest, which names the icons, and then the page, which names everything. */
async function writePage(metafile) {
  const names = namesByEntry(metafile);
  const manifest = await filled('modwatch.webmanifest', names);
  const hash = createHash('sha256').update(manifest).digest('hex').slice(0, 8).toUpperCase();
  names.set('modwatch.webmanifest', `modwatch-${hash}.webmanifest`);
  await writeFile(join(dist, 'assets', names.get('modwatch.webmanifest')), manifest);
  const page = await filled('index.html', names);
  await writeFile(join(dist, 'index.html'), page.replace('<!-- preloads -->', preloads(metafile)));
}

/** Lay a compressed copy beside each file of words, so that nobody compresses while a reader waits. */
async function compressAll() {
  const files = await readdir(dist, { recursive: true });
  for (const file of files.filter((each) => COMPRESSED.test(each))) {
    await writeFile(join(dist, `${file}.gz`), gzipSync(await readFile(join(dist, file)), { level: 9 }));
  }
}

const pageWriter = {
  name: 'page-writer',
  setup(build) {
    build.onEnd(async (result) => {
      if (result.errors.length > 0) return;
      await writePage(result.metafile);
      await compressAll();
    });
  },
};

const watch = process.argv.includes('--watch');
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const build = await context({
  absWorkingDir: here,
  entryPoints: ['src/app.js', 'src/first.js', 'src/formats-worker.js', 'src/styles/app.css', 'src/mark.svg', ...ICON_SIZES.map((size) => `src/icons/icon-${size}.png`)],
  outdir: join(dist, 'assets'),
  entryNames: '[name]-[hash]', // flat: every file lies in assets/
  assetNames: '[name]-[hash]',
  loader: { '.svg': 'copy', '.png': 'copy' },
  bundle: true,
  splitting: true, // what is imported while running is a file of its own
  chunkNames: '[name]-[hash]',
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
