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

/**
 * The text of a source file with the placeholders {{entry}} replaced by hashed names, seen from where the file
 * lies; relative, as Modwatch may be anywhere on its host.
 */
async function filled(file, names, folder = '') {
  const template = await readFile(join(here, 'src', file), 'utf8');
  return template.replace(/\{\{([\w.-]+)\}\}/g, (_, entry) => {
    if (!names.has(entry)) throw new Error(`${file} asks for ${entry}, which is not built`);
    return `${folder}${names.get(entry)}`;
  });
}

/** The output that app.js comes to: where all of it has several users, its own only imports that. */
function appOf({ outputs }) {
  const [file, { inputs, imports }] = Object.entries(outputs).find(
    ([, output]) => output.entryPoint === 'src/app.js',
  );
  return Object.keys(inputs).length > 0 ? file : imports[0].path;
}

/** Tags that ask for all that the script imports at once, and not one after the other as each is read. */
function preloads(metafile) {
  const files = new Set([appOf(metafile)]);
  for (const file of files) {
    for (const { path, kind } of metafile.outputs[file].imports)
      if (kind === 'import-statement') files.add(path);
  }
  const [, ...imported] = files;
  return imported
    .map((file) => `<link rel="modulepreload" href="assets/${basename(file)}">`)
    .join('\n');
}

/** Write the manifest, which names the icons, and then the page, which names everything. */
async function writePage(metafile) {
  const names = namesByEntry(metafile);
  const app = basename(appOf(metafile));
  if (app !== names.get('app.js')) await rm(join(dist, 'assets', names.get('app.js')));
  names.set('app.js', app);
  const manifest = await filled('modwatch.webmanifest', names);
  const hash = createHash('sha256').update(manifest).digest('hex').slice(0, 8).toUpperCase();
  names.set('modwatch.webmanifest', `modwatch-${hash}.webmanifest`);
  await writeFile(join(dist, 'assets', names.get('modwatch.webmanifest')), manifest);
  const page = await filled('index.html', names, 'assets/');
  const first = await readFile(join(dist, 'assets', names.get('first.js')), 'utf8');
  await writeFile(
    join(dist, 'index.html'),
    page.replace('<!-- preloads -->', preloads(metafile)).replace('<!-- first -->', () => first),
  );
  // The API's page lies deeper, under two addresses: the server says where that is (api/openapi/page.py).
  await writeFile(
    join(dist, 'docs.html'),
    await filled('docs/docs.html', names, '((base))/assets/'),
  );
}

/** Lay a compressed copy beside each file of words, so that the server compresses nothing while a reader waits. */
async function compressAll() {
  const files = await readdir(dist, { recursive: true });
  for (const file of files.filter((each) => COMPRESSED.test(each))) {
    await writeFile(
      join(dist, `${file}.gz`),
      gzipSync(await readFile(join(dist, file)), { level: 9 }),
    );
  }
}

/**
 * Scripts that come later stand on app.js, which is there before any of them, and what rest.js brings on that as well.
 * So all that these two need has the same users, and esbuild lays it in one file each: one request, better compressed
 * than a file for each set of users.
 */
const besideApp = {
  name: 'beside-app',
  setup(build) {
    const [app, rest] = ['src/app.js', 'src/sections/rest.js'].map((file) => join(here, file));
    build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir, importer }) =>
      kind === 'dynamic-import'
        ? {
            path: join(resolveDir, path),
            namespace: 'beside-app',
            pluginData: importer === rest ? [app, rest] : [app],
          }
        : null,
    );
    build.onLoad({ filter: /.*/, namespace: 'beside-app' }, ({ path, pluginData: bases }) => ({
      contents: `import ${bases.map((base) => JSON.stringify(base)).join('; import ')}; export * from ${JSON.stringify(path)};`,
      resolveDir: dirname(path),
    }));
  },
};

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
  entryPoints: [
    'src/app.js',
    'src/first.js',
    'src/styles/app.css',
    'src/docs/docs.js',
    'src/docs/docs.css',
    'src/mark.svg',
    'src/mark-raid.svg',
    ...ICON_SIZES.map((size) => `src/icons/icon-${size}.png`),
  ],
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
  plugins: [besideApp, pageWriter],
});
if (watch) {
  await build.watch();
} else {
  await build.rebuild();
  await build.dispose();
}
