/**
 * Serves the panel's real bundle in a page like the one that the extension makes (same content security policy), around a stand-in for
 * VS Code. `?case=` names what is shown, `?theme=` the class of the body; `/recorded/` answers from goldens, `/real/` runs the engine.
 */
import { readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { page } from '../../../extension/panel/html.ts';
import { DATA } from '../../model/goldens.ts';
import { type Case, caseOf, pooled, ROOT } from './cases.ts';

const TYPES: { readonly [end: string]: string } = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/** Puts the record in the engine's place; everything else of the bundle is the real thing. */
const recorded: Plugin = {
  name: 'recorded engine',
  setup({ onResolve }) {
    onResolve({ filter: /engine\/client\.ts$/ }, () => ({ path: join(ROOT, 'test/webview/harness/recorded.ts') }));
  },
};

async function bundle(real: boolean): Promise<Map<string, Uint8Array>> {
  const folder = real ? 'real' : 'recorded';
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    outdir: `/${folder}`,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    sourcemap: 'inline',
    logLevel: 'error',
    entryPoints: {
      main: 'webview/main.tsx',
      standin: 'test/webview/harness/stand-in.ts',
      ...(real ? { worker: 'webview/engine/worker.ts' } : {}),
    },
    plugins: real ? [] : [recorded],
  });
  return new Map(outputFiles.map((f) => [f.path, f.contents]));
}

const cases = new Map<string, Case>();
function known(name: string): Case {
  const found = cases.get(name) ?? caseOf(name);
  cases.set(name, found);
  return found;
}

function html(folder: string): string {
  const parts = { cspSource: "'self'", nonce: 'harness', script: `/${folder}/main.js`, style: `/${folder}/main.css` };
  const before = '<link rel="stylesheet" href="/themes.css">\n<script src="/standin.js" nonce="harness"></script>\n<div id="root">';
  return page(parts).replace(
    '<div id="root">',
    before.replace('/standin.js', `/${folder}/standin.js`).replace('<script', '<script type="module"'),
  );
}

export interface Harness {
  /** Address of a case. */
  url(options: { case: string; real?: boolean; theme?: string; [more: string]: string | boolean | undefined }): string;
  close(): Promise<void>;
}

/** Bundles and listens on a free port of this machine. */
export async function startHarness({ real = false, port = 0 } = {}): Promise<Harness> {
  const files = new Map([...(await bundle(false)), ...(real ? await bundle(true) : [])]);
  const server = createServer((request, response) => {
    try {
      answer(request, response, files);
    } catch (error) {
      response.writeHead(404).end(String(error));
    }
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: ({ real: engine = false, ...options }) =>
      `${base}/${engine ? 'real' : 'recorded'}/?${new URLSearchParams(options as Record<string, string>)}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answer(request: IncomingMessage, response: ServerResponse, files: ReadonlyMap<string, Uint8Array>): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const path = decodeURIComponent(url.pathname);
  const [, kind = '', ...rest] = path.split('/');
  const send = (body: string | Uint8Array, type: string) =>
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  if (path === '/favicon.ico') response.writeHead(204).end();
  else if (path === '/recorded/' || path === '/real/') send(html(kind), 'text/html');
  else if (path === '/themes.css') send(readFileSync(join(ROOT, 'test/webview/harness/themes.css')), 'text/css');
  else if (kind === 'case') send(JSON.stringify(known(rest.join('/')).show), TYPES['.json']!);
  else if (['record', 'thumbnails', 'head'].includes(kind))
    send(ofRecord(kind, rest.join('/'), url.searchParams), 'application/octet-stream');
  else if (kind === 'models') sendRange(request, response, join(ROOT, 'media/models', normalize(`/${rest.join('/')}`)));
  else if (kind === 'checkpoints' || kind === 'patterns') sendRange(request, response, join(DATA, kind, normalize(`/${rest.join('/')}`)));
  else if (kind === 'samples') sendRange(request, response, join(ROOT, 'media/samples', normalize(`/${rest.join('/')}`)));
  else if (path.includes('/ort/')) send(readFileSync(join(ROOT, 'node_modules/onnxruntime-web/dist', rest.at(-1)!)), TYPES[extname(path)]!);
  else {
    const file = files.get(path);
    if (!file) throw new Error(`Nothing at ${path}`);
    send(file, TYPES[extname(path)] ?? 'application/octet-stream');
  }
}

const thumbnails = new Map<string, Float32Array>();

/** What the recorded engine asks for. A record comes once its thumbnails are pooled, so that asking for them costs what it costs the engine: nothing. */
function ofRecord(kind: string, name: string, query: URLSearchParams): string | Uint8Array {
  const record = known(name).record!;
  const key = query.get('key') ?? '';
  const pool = (site: string) => {
    const found = thumbnails.get(`${name} ${site}`) ?? pooled(record, site);
    thumbnails.set(`${name} ${site}`, found);
    return found;
  };
  if (kind === 'record') {
    for (const site of record.run.sites) pool(site.key);
    return JSON.stringify({ opened: record.opened, run: record.run });
  }
  const values = kind === 'head' ? record.weights.head(key, Number(query.get('head'))) : pool(key);
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Part of a file, as a webview's resources are read. */
function sendRange(request: IncomingMessage, response: ServerResponse, file: string): void {
  const { size } = statSync(file);
  const [, from, to] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  const end = to ? Math.min(size, Number(to) + 1) : size;
  const bytes = readFileSync(file).subarray(start, end);
  response.writeHead(from === undefined ? 200 : 206, { 'content-range': `bytes ${start}-${end - 1}/${size}` }).end(bytes);
}
