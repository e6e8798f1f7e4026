/**
 * The extension in a real VS Code with real Chromium, in two ways:
 *
 *   test/vscode/suite/*.test.ts    run by mocha inside the extension host (they use the `vscode` API)
 *   test/vscode/person/*.test.ts   run by Node, driving the window as a person would, by keyboard and mouse
 *
 * `node test/tools/vscode.mjs [--suite|--person] [NAME…]`; names narrow the run to files whose path contains one of them.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import { launchChromium } from './browser.mjs';
import { cache, root } from './environment.mjs';
import { startServer } from './server.mjs';

/** Each test has a limit of its own; this one is for a window that hangs. */
const LIMIT_MS = 40 * 60_000;
/** What VS Code says about itself between our lines. */
const NOISE = /^\[\w+(:\w+)?\] |spdlog|extensionHostProcess|workbench\.js/;
const flags = process.argv.slice(2).filter((a) => a.startsWith('--'));
const names = process.argv.slice(2).filter((a) => !a.startsWith('--'));
const both = !flags.includes('--suite') && !flags.includes('--person');

/** A workspace that tests may write to: a fresh copy of the samples. */
export function freshWorkspace(name) {
  const folder = join(cache, 'workspaces', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, '..'), { recursive: true });
  cpSync(join(root, 'media/samples'), folder, { recursive: true });
  return folder;
}

/** Runs the mocha suites in the extension host; resolves to the number of failed tests. */
async function runSuites() {
  if (names.length > 0) process.env.HEADLIGHT_SUITES = names.join('|');
  const server = await startServer({ name: 'suite' });
  const browser = await launchChromium({ webgpu: flags.includes('--webgpu') });
  try {
    const page = await browser.newPage({ viewport: { width: 1500, height: 900 } });
    const outside = [];
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      const local =
        hostname === '127.0.0.1' ||
        hostname === 'localhost' ||
        hostname.endsWith('.vscode-cdn.net') ||
        ['data:', 'blob:'].includes(protocol);
      if (!local) outside.push(request.url());
    });
    if (flags.includes('--verbose')) page.on('console', (message) => console.log(`  [page] ${message.text()}`));
    let begun = false;
    const ended = new Promise((resolve) => {
      page.exposeFunction('codeAutomationLog', (_type, args) => {
        const words = format(...args);
        begun ||= words.startsWith('headlight suites');
        if (flags.includes('--verbose') || (begun && !NOISE.test(words))) console.log(words);
      });
      page.exposeFunction('codeAutomationExit', (code) => resolve(code));
    });
    const late = new Promise((resolve) => setTimeout(() => resolve('late'), LIMIT_MS));
    await page.goto(server.address(freshWorkspace('suite'), { tests: join(root, 'out/test/index.cjs') }));
    const code = await Promise.race([ended, late]);
    if (code === 'late') {
      await page.screenshot({ path: join(cache, 'late.png') });
      console.error('The suites inside VS Code did not end in time; .vscode-test/late.png shows the window.');
    }
    if (outside.length > 0) console.error(`Requests left the machine: ${[...new Set(outside)].join(', ')}`);
    return code === 0 && outside.length === 0 ? 0 : 1;
  } finally {
    await browser.close();
    server.stop();
  }
}

/** Runs the tests that drive the window; resolves to the exit status of Node's test runner. */
function runPersons() {
  const folder = join(root, 'test/vscode/person');
  const files = readdirSync(folder)
    .filter((f) => f.endsWith('.test.ts') && (names.length === 0 || names.some((n) => f.includes(n))))
    .map((f) => join(folder, f));
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--test', '--test-concurrency=1', ...files], { cwd: root, stdio: 'inherit' });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

if (process.argv[1]?.endsWith('vscode.mjs')) {
  let failed = 0;
  if (both || flags.includes('--suite')) failed += await runSuites();
  if (both || flags.includes('--person')) failed += await runPersons();
  process.exit(failed === 0 ? 0 : 1);
}
