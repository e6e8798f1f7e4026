/**
 * `npm run package`: builds headlight-<version>.vsix with vsce and checks what is inside: everything that the extension reads at run time,
 * nothing of the tests or sources, and no more than the limits of size.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache, ensurePackages, fail, root, say } from './environment.mjs';

/** The packer, kept under .vscode-test/: publishing needs far more packages than the project itself. */
const VSCE = '4.1.0';
/** As everywhere in Headlight, 2^20 bytes. */
const MB = 2 ** 20;
const MOST_MB = 30;
const MOST_MB_WITHOUT_MODELS = 12;

/** Files that must be there, and what must not: of the sources only the blocks, which *Show the Code* opens. */
const NEEDED = [
  'package.json',
  'readme.md',
  'changelog.md',
  'LICENSE.txt',
  'THIRD-PARTY-NOTICES.md',
  'out/extension/extension.cjs',
  'out/extension/tokenize.cjs',
  'out/extension/onnx.cjs',
  'out/webview/main.js',
  'out/webview/main.css',
  'out/webview/worker.js',
  'out/webview/codicon.ttf',
  'out/webview/ort/ort.jspi.bundle.min.mjs',
  'out/webview/ort/ort-wasm-simd-threaded.jspi.wasm',
  'out/webview/ort/ort.webgpu.bundle.min.mjs',
  'out/webview/ort/ort-wasm-simd-threaded.asyncify.wasm',
  'media/icons/headlight.svg',
  ...['bert', 'gpt', 'translator', 'vit'].flatMap((name) =>
    ['config.json', 'model.safetensors'].map((file) => `media/models/headlight-${name}/${file}`),
  ),
];
const UNWANTED =
  /(^|\/)(node_modules|test|bench|\.vscode-test|\.ci)\/|^(extension|webview|model|media\/models\/make)\/|\.map$|^(?!out\/blocks\/).*\.ts$/;

function run(command, args, cwd) {
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' });
  if (status !== 0) fail(`\`${command} ${args.join(' ')}\` failed; its words are above.`);
}

function ensureVsce() {
  const folder = join(cache, 'vsce');
  const program = join(folder, 'node_modules/@vscode/vsce/vsce');
  const manifest = join(folder, 'node_modules/@vscode/vsce/package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === VSCE) return program;
  say(`fetching vsce ${VSCE} into .vscode-test/ …`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { '@vscode/vsce': VSCE } }));
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], folder);
  return program;
}

/** Names and packed sizes of the files in a zip archive, from its central directory. */
function entriesOf(file) {
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  const entries = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let i = 0; i < bytes.readUInt16LE(end + 10); i++) {
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    entries.push({ name: bytes.toString('utf8', at + 46, at + 46 + nameLength), size: bytes.readUInt32LE(at + 20) });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

ensurePackages();
const vsce = ensureVsce();
run(process.execPath, ['esbuild.mjs'], root);
run(process.execPath, ['test/tools/notices.mjs', '--check'], root);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const target = join(root, `headlight-${version}.vsix`);
run(
  process.execPath,
  [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', target],
  root,
);

const inside = entriesOf(target)
  .filter(({ name }) => name.startsWith('extension/'))
  .map(({ name, size }) => ({ name: name.slice('extension/'.length), size }));
const names = new Set(inside.map(({ name }) => name));
const wrong = [
  ...NEEDED.filter((name) => !names.has(name)).map((name) => `${name} is missing`),
  ...[...names].filter((name) => UNWANTED.test(name)).map((name) => `${name} does not belong in it`),
];
const mb = statSync(target).size / MB;
const models = inside.filter(({ name }) => name.startsWith('media/models/')).reduce((sum, { size }) => sum + size, 0) / MB;
if (mb > MOST_MB) wrong.push(`it weighs ${mb.toFixed(1)} MB, more than ${MOST_MB}`);
if (mb - models > MOST_MB_WITHOUT_MODELS)
  wrong.push(`without models it weighs ${(mb - models).toFixed(1)} MB, more than ${MOST_MB_WITHOUT_MODELS}`);
if (wrong.length > 0) fail(`The package is not as it should be:\n  ${wrong.join('\n  ')}`);
say(`${target.slice(root.length + 1)}: ${names.size} files, ${mb.toFixed(1)} MB (${models.toFixed(1)} MB of them built-in models).`);
