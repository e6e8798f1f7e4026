/**
 * `npm test`: sets up what is missing and runs everything: lint, types, bundles and walls, unit tests, and the extension in a real
 * VS Code with real Chromium. Says at the end what passed; a part that fails does not hide the others.
 */
import { spawnSync } from 'node:child_process';
import { ensureChromium, ensurePackages, ensureServer, root, say } from './environment.mjs';

ensurePackages();
ensureChromium();
ensureServer();

const bin = (name) => `node_modules/.bin/${name}`;
const PARTS = [
  ['format and lint', bin('biome'), ['ci', '.']],
  ['types', bin('tsc'), ['-b']],
  ['bundles and walls', process.execPath, ['esbuild.mjs', '--tests']],
  ['third-party notices', process.execPath, ['test/tools/notices.mjs', '--check']],
  ['unit tests', process.execPath, ['test/tools/unit.mjs']],
  ['in VS Code', process.execPath, ['test/tools/vscode.mjs']],
];

const results = [];
for (const [title, command, args] of PARTS) {
  say(`${title} …`);
  const started = Date.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  results.push({ title, passed: status === 0, seconds: Math.round((Date.now() - started) / 1000) });
}

console.log('');
for (const { title, passed, seconds } of results) console.log(`${passed ? 'passed' : 'FAILED'}  ${title} (${seconds} s)`);
const failed = results.filter((r) => !r.passed).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
