/**
 * What a fresh machine lacks: the project's packages, Chromium, and a VS Code that can run without a window.
 * Node's built-ins only, since this runs before anything is installed. Downloads are kept under .vscode-test/.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = new URL('../../', import.meta.url).pathname.replace(/\/$/, '');
export const cache = join(root, '.vscode-test');

/** The same VS Code as an npm package, and the Node that it wants. */
const SERVER = { 'code-server': '4.139.1' };
const NODE = '24.21.0';

/** Ends the program with one sentence that says what is missing. */
export function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

export function say(words) {
  console.log(`headlight: ${words}`);
}

/** Runs a command and returns its exit status; output is shown only if it fails. */
function quietly(command, args, options = {}) {
  const run = spawnSync(command, args, { encoding: 'utf8', shell: process.platform === 'win32', maxBuffer: 1 << 28, ...options });
  if (run.status !== 0) process.stderr.write(`${run.stdout ?? ''}${run.stderr ?? ''}`);
  return run.status ?? 1;
}

const npm = (args, cwd, options) => quietly('npm', [...args, '--no-audit', '--no-fund'], { cwd, ...options });

/** Installs the packages of package-lock.json if node_modules does not match it. */
export function ensurePackages() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20)
    fail(`Headlight needs Node 20 or newer; this is ${process.version}. Install it from https://nodejs.org and run this again.`);
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = join(root, 'node_modules', '.headlight-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('installing the packages of package-lock.json …');
  if (npm(['ci'], root) !== 0) fail('`npm ci` failed (its words are above). Check the connection to the npm registry and run this again.');
  writeFileSync(stamp, lock);
}

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const MAC_BROWSERS = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Chromium.app/Contents/MacOS/Chromium'];

function findOnPath(name) {
  const found = spawnSync(process.platform === 'win32' ? 'where' : 'which', [name], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.split('\n')[0].trim() : null;
}

function findChromium() {
  if (process.env.HEADLIGHT_CHROMIUM) return process.env.HEADLIGHT_CHROMIUM;
  for (const path of MAC_BROWSERS) if (existsSync(path)) return path;
  for (const name of BROWSERS) {
    const path = findOnPath(name);
    if (path) return path;
  }
  return null;
}

/** Path of a Chromium; on Debian and Ubuntu it is installed from the distribution's packages when missing and we may. */
export function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  if (process.platform === 'linux' && findOnPath('apt-get') && process.getuid?.() === 0) {
    say('installing Chromium from the distribution’s packages …');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    quietly('apt-get', ['update', '-qq'], { env });
    quietly(
      'apt-get',
      [
        'install',
        '-y',
        '-qq',
        '--no-install-recommends',
        'chromium',
        'fonts-dejavu-core',
        'fonts-noto-core',
        'fonts-noto-cjk',
        'fonts-noto-color-emoji',
      ],
      { env },
    );
    const now = findChromium();
    if (now) return now;
  }
  return fail('No Chromium was found. Install Chromium or Chrome (Debian: `apt-get install chromium`), or name one in HEADLIGHT_CHROMIUM.');
}

/** `{ node, main }`: the Node and the script that start VS Code as a server. */
export function ensureServer() {
  const folder = join(cache, 'server');
  const inside = join(folder, 'node_modules/code-server/lib/vscode');
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const nodePackage = `node-${platform}-${process.arch}`;
  const node = join(folder, 'node_modules', nodePackage, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const stamp = join(folder, 'complete');
  const wanted = `${SERVER['code-server']} ${NODE} ${nodePackage}`;
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    say(`fetching VS Code as the npm package code-server ${SERVER['code-server']} into .vscode-test/ …`);
    mkdirSync(folder, { recursive: true });
    const packages = { ...SERVER, [nodePackage]: NODE };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
    const steps = [
      [['install', '--ignore-scripts'], folder],
      [['install', '--omit=dev', '--ignore-scripts'], inside],
      [['install', '--omit=dev', '--ignore-scripts'], join(inside, 'extensions')],
    ];
    for (const [args, cwd] of steps) {
      if (npm(args, cwd) !== 0)
        fail('VS Code could not be fetched from the npm registry (its words are above). Check the connection and run this again.');
    }
    writeFileSync(stamp, wanted);
  }
  return { node, main: join(inside, 'out/server-main.js') };
}
