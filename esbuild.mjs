/**
 * Builds the bundles under out/ and checks the walls between the rooms (test/tools/walls.mjs).
 *
 *   extension/extension.ts        → out/extension/extension.cjs   what VS Code loads
 *   extension/workers/<name>.ts   → out/extension/<name>.cjs      worker threads of the extension host, loaded when needed
 *   webview/main.tsx (+ css)      → out/webview/main.js, main.css the panel's page
 *   webview/tokenizer.tsx (+ css) → out/webview/tokenizer.js      the page on which a tokenizer is tried out
 *   webview/blocks.tsx (+ css)    → out/webview/blocks.js         the page of the classic blocks
 *   webview/page/main.tsx (+ css) → out/webview/page.js, page.css the page of a model file
 *   webview/diff/main.tsx (+ css) → out/webview/diff.js, diff.css the page that compares two models
 *   webview/page/charts/charts.ts → out/webview/charts.js         charts of that page, loaded when one is seen
 *   webview/page/graph/worker.ts  → out/webview/layout.js         lays graphs out, run from a blob URL
 *   webview/engine/worker.ts      → out/webview/worker.js         the engine, run from a blob URL
 *   model/blocks                  → out/blocks                    the blocks' source, for *show the code*
 *   onnxruntime-web               → out/webview/ort/              the runtime's own files, untouched
 *   test/vscode/suite/index.ts    → out/test/index.cjs            the suites that run inside VS Code (only with --tests)
 */
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, context } from 'esbuild';
import { brokenWalls, shippedPackages } from './test/tools/walls.mjs';

const root = new URL('.', import.meta.url).pathname;
const watch = process.argv.includes('--watch');
const tests = process.argv.includes('--tests');
const minify = !process.argv.includes('--readable');

const common = { absWorkingDir: root, bundle: true, sourcemap: true, metafile: true, logLevel: 'warning', target: 'es2023', minify };

/** `headlight:suites` imports every suite that runs inside VS Code. */
const suites = {
  name: 'suites',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^headlight:suites$/ }, () => ({ path: 'suites', namespace: 'headlight' }));
    onLoad({ filter: /.*/, namespace: 'headlight' }, () => ({
      contents: names('test/vscode/suite', '.test.ts')
        .map((f) => `import './${f}';`)
        .join('\n'),
      resolveDir: join(root, 'test/vscode/suite'),
    }));
  },
};

const names = (folder, end) => (existsSync(join(root, folder)) ? readdirSync(join(root, folder)).filter((f) => f.endsWith(end)) : []);

const bundles = [
  {
    ...common,
    entryPoints: {
      extension: 'extension/extension.ts',
      ...Object.fromEntries(names('extension/workers', '.ts').map((f) => [f.replace(/\.ts$/, ''), `extension/workers/${f}`])),
    },
    outdir: 'out/extension',
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    platform: 'node',
    external: ['vscode'],
  },
  {
    ...common,
    entryPoints: {
      main: 'webview/main.tsx',
      tokenizer: 'webview/tokenizer.tsx',
      blocks: 'webview/blocks.tsx',
      page: 'webview/page/main.tsx',
      diff: 'webview/diff/main.tsx',
    },
    outdir: 'out/webview',
    format: 'esm',
    platform: 'browser',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.ttf': 'file', '.svg': 'text', '.safetensors': 'binary' },
    assetNames: '[name]',
  },
  {
    ...common,
    entryPoints: { worker: 'webview/engine/worker.ts', layout: 'webview/page/graph/worker.ts' },
    outdir: 'out/webview',
    format: 'esm',
    platform: 'browser',
    external: [],
  },
];
if (tests) {
  bundles.push({
    ...common,
    minify: false,
    entryPoints: { index: 'test/vscode/suite/index.ts' },
    outdir: 'out/test',
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    platform: 'node',
    external: ['vscode', 'mocha'],
    plugins: [suites],
  });
}

/** The runtime's files: JSPI where the browser has it, asyncify where it has not. */
function copyRuntime() {
  const from = join(root, 'node_modules/onnxruntime-web/dist');
  const to = join(root, 'out/webview/ort');
  mkdirSync(to, { recursive: true });
  for (const file of [
    'ort.jspi.bundle.min.mjs',
    'ort-wasm-simd-threaded.jspi.wasm',
    'ort.webgpu.bundle.min.mjs',
    'ort-wasm-simd-threaded.asyncify.wasm',
  ]) {
    copyFileSync(join(from, file), join(to, file));
  }
}

for (const folder of ['extension', 'webview', 'test', 'blocks']) rmSync(join(root, 'out', folder), { recursive: true, force: true });
copyRuntime();
// The blocks as people read them.
cpSync(join(root, 'model/blocks'), join(root, 'out/blocks'), { recursive: true });
if (watch) {
  for (const options of bundles) await (await context(options)).watch();
  console.log('Watching.');
} else {
  const results = await Promise.all(bundles.map((options) => build(options)));
  const broken = results.flatMap(({ metafile }) => brokenWalls(metafile));
  for (const sentence of broken) console.error(sentence);
  if (broken.length > 0) process.exit(1);
  writeFileSync(join(root, 'out/packages.json'), JSON.stringify(shippedPackages(results.map(({ metafile }) => metafile))));
  for (const { metafile } of results) {
    for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
      if (/\.(c?js|css)$/.test(file)) console.log(`${file} ${(bytes / 1000).toFixed(0)} kB`);
    }
  }
}
