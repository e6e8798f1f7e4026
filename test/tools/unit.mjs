/**
 * Runs the unit tests: every test/**\/*.test.ts outside test/vscode, in Node's own test runner.
 * Arguments narrow the run to the files whose path contains one of them: `npm run unit -- text metrics`.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unpackFixtures } from './packs.mjs';

const root = new URL('../../', import.meta.url).pathname;
const wanted = process.argv.slice(2).filter((a) => !a.startsWith('--'));
const flags = process.argv.slice(2).filter((a) => a.startsWith('--'));
const files = readdirSync(join(root, 'test'), { recursive: true })
  .map((f) => join('test', String(f)))
  .filter((f) => f.endsWith('.test.ts') && !f.startsWith(join('test', 'vscode')))
  .filter((f) => wanted.length === 0 || wanted.some((w) => f.includes(w)))
  .sort();
if (files.length === 0) {
  console.error(`No unit test matches ${wanted.join(', ') || 'test/**/*.test.ts'}.`);
  process.exit(1);
}
unpackFixtures();
const run = spawnSync(process.execPath, ['--import', 'tsx', '--test', '--test-concurrency=2', ...flags, ...files], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
