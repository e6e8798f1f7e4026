/** Starts VS Code as a server on this machine and stops it again. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { cache, ensureServer, root } from './environment.mjs';

/** A port that nobody uses now. */
function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/**
 * @param {{ name: string, fresh?: boolean, port?: number, settings?: object }} options `name` of the folder with the server's data under .vscode-test/, and the user's settings
 * @returns {Promise<{ port: number, address: (workspace: string, more?: { tests?: string, file?: string }) => string, stop: () => void, done: Promise<void> }>}
 */
export async function startServer({ name, fresh = true, port: wanted, settings }) {
  const { node, main } = ensureServer();
  const data = join(cache, 'data', name);
  if (fresh) rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  const kept = join(data, 'data/User/settings.json');
  // What somebody has changed in a window that is kept stays.
  if (settings && !existsSync(kept)) {
    mkdirSync(join(data, 'data/User'), { recursive: true });
    writeFileSync(kept, JSON.stringify(settings, null, 2));
  }
  const port = wanted ?? (await freePort());
  const child = spawn(
    node,
    [
      main,
      ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token', '--accept-server-license-terms'],
      ...['--enable-smoke-test-driver', '--disable-workspace-trust', '--telemetry-level', 'off', '--server-data-dir', data],
    ],
    // Without a gallery, VS Code itself asks nobody for extensions.
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, EXTENSIONS_GALLERY: '{"serviceUrl":"","itemUrl":""}' } },
  );
  let words = '';
  const done = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve, reject) => {
    const listen = (chunk) => {
      words += chunk;
      if (/Extension host agent listening on/.test(words)) resolve();
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('exit', (code) => reject(new Error(`VS Code's server ended with status ${code}: ${words.slice(-2000)}`)));
  });
  const remote = (path) => `vscode-remote://127.0.0.1:${port}${path}`;
  return {
    port,
    done,
    stop: () => child.kill('SIGKILL'),
    address: (workspace, { tests, file } = {}) => {
      const payload = [
        ['extensionDevelopmentPath', remote(root)],
        ...(tests ? [['extensionTestsPath', remote(tests)]] : []),
        ...(file ? [['openFile', remote(file)]] : []),
        ['skipWelcome', 'true'],
      ];
      return `http://127.0.0.1:${port}/?folder=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    },
  };
}
