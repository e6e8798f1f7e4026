/**
 * `npm start`: installs, builds, and opens VS Code on a copy of the sample workspace with the extension loaded. It takes the first of
 * the user's own `code`, a VS Code downloaded by @vscode/test-electron, and VS Code as a server (code-server) in the browser.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { cache, ensurePackages, fail, root, say } from './environment.mjs';

ensurePackages();
say('building …');
if (spawnSync(process.execPath, ['esbuild.mjs'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] }).status !== 0)
  fail('The build failed; its words are above.');

const workspace = join(cache, 'sample-workspace');
if (!existsSync(workspace)) cpSync(join(root, 'media/samples'), workspace, { recursive: true });

const sentences = join(workspace, 'sentences.txt');
/** Of the window in the browser, which is new: the chat leaves no room for editor and panel side by side. */
const SETTINGS = { 'workbench.secondarySideBar.defaultVisibility': 'hidden', 'chat.disableAIFeatures': true };
const windowed = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
const inTheBrowser = process.argv.includes('--browser');
const args = [`--extensionDevelopmentPath=${root}`, workspace, sentences];

async function openDownloaded() {
  const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  const program = await downloadAndUnzipVSCode({ cachePath: cache, extensionDevelopmentPath: root });
  say('opening the VS Code that @vscode/test-electron downloaded.');
  spawn(program, args, { stdio: 'ignore', detached: true }).unref();
}

async function openServer(why) {
  const { startServer } = await import('./server.mjs');
  say(`${why}: starting VS Code as a server (code-server from npm) instead.`);
  const server = await startServer({ name: 'start', fresh: false, port: Number(process.env.PORT) || undefined, settings: SETTINGS });
  console.log(
    `\nOpen this address in a browser (Chrome, Edge or Chromium); Ctrl+C here ends it:\n\n  ${server.address(workspace, { file: sentences })}\n`,
  );
  process.once('SIGINT', () => {
    server.stop();
    process.exit(0);
  });
  await server.done;
}

if (inTheBrowser) await openServer('You asked for the browser');
else if (!windowed) await openServer('There is no display here');
else if (spawnSync('code', ['--version'], { shell: process.platform === 'win32' }).status === 0) {
  say('opening your own VS Code (`code`) with Headlight loaded.');
  spawn('code', args, { stdio: 'ignore', detached: true, shell: process.platform === 'win32' }).unref();
} else {
  try {
    await openDownloaded();
  } catch (error) {
    await openServer(`VS Code could not be downloaded (${error instanceof Error ? error.message.split('\n')[0] : error})`);
  }
}
