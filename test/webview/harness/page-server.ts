/**
 * Serves the model page's real bundle around a stand-in for VS Code. What the page asks of the reader thread is answered by the thread's own code,
 * here in Node, on a real file; `?folder=` and `?entry=` name it below the repository's root.
 */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { build } from 'esbuild';
import { CancellationToken } from 'vscode-jsonrpc';
import { answers } from '../../../extension/explore/answers.ts';
import { diffAnswers } from '../../../extension/explore/diff-answers.ts';
import { page } from '../../../extension/panel/html.ts';
import { asHeadlightError } from '../../../model/errors.ts';
import { Subject } from '../../../model/explore/subject.ts';
import type { DiffReaderRequests } from '../../../model/protocol/diff.ts';
import type { ReaderRequests } from '../../../model/protocol/explorer.ts';
import type { Tried, TryParams } from '../../../model/protocol/tokenizer.ts';
import { readTokenizer } from '../../../model/text/index.ts';
import { diskFolder } from '../../model/safetensors/folder.ts';
import { ROOT } from './cases.ts';
import { packed } from './packed.ts';

const TYPES: { readonly [end: string]: string } = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };

async function bundle(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    ...{ absWorkingDir: ROOT, bundle: true, write: false, format: 'esm', target: 'es2023', outdir: '/page', logLevel: 'error' },
    ...{ jsx: 'automatic', jsxImportSource: 'preact', loader: { '.ttf': 'file' }, assetNames: '[name]', sourcemap: 'inline' },
    entryPoints: {
      page: 'webview/page/main.tsx',
      layout: 'webview/page/graph/worker.ts',
      charts: 'webview/page/charts/charts.ts',
      standin: 'test/webview/harness/page-stand-in.ts',
      diff: 'webview/diff/main.tsx',
      diffstandin: 'test/webview/harness/diff-stand-in.ts',
    },
  });
  return new Map(outputFiles.map((file) => [file.path, file.contents]));
}

/** @param name of the bundle; its stand-in for VS Code is `<name>standin`, that of the model page plainly `standin` */
function html(name: 'page' | 'diff'): string {
  const parts = { cspSource: "'self'", nonce: 'harness', script: `/page/${name}.js`, style: `/page/${name}.css` };
  const standin = name === 'page' ? 'standin' : 'diffstandin';
  const before = `<link rel="stylesheet" href="/themes.css">\n<script type="module" src="/page/${standin}.js" nonce="harness"></script>\n<div id="root">`;
  return page(parts).replace('<div id="root">', before);
}

const subjects = new Map<string, Promise<Subject>>();
function subjectOf(folder: string, entry: string): Promise<Subject> {
  const key = `${folder}\n${entry}`;
  const known = subjects.get(key) ?? Subject.open(diskFolder(join(ROOT, folder)), entry, () => performance.now());
  subjects.set(key, known);
  known.catch(() => undefined);
  return known;
}

/** What the tokenizer thread makes of a text. */
async function tried(folder: string, { text, pair }: TryParams): Promise<Tried> {
  const files = diskFolder(join(ROOT, folder));
  const read = async (name: string) => {
    const entry = files.files.find(({ path }) => path === name);
    return entry ? new TextDecoder().decode(await files.open(name).read(0, entry.size)) : null;
  };
  const tokenizer = await readTokenizer(read);
  const { tokens, typeIds, normalized } = tokenizer.encode(text, pair ?? undefined);
  const { kind, vocabularySize: vocabulary, steps } = tokenizer;
  return { model: folder, maxTokens: 128, tokens, typeIds, normalized, facts: { kind, vocabulary, steps }, ms: 1 };
}

/** One answer of the reader thread, as text. */
async function answer(
  method: keyof ReaderRequests | keyof DiffReaderRequests | 'tryText',
  query: URLSearchParams,
  params: never,
): Promise<string> {
  try {
    if (method === 'tryText') return JSON.stringify({ result: await tried(query.get('folder') ?? '', params) });
    const opened = () => subjectOf(query.get('folder') ?? '', query.get('entry') ?? '');
    const call = { token: CancellationToken.None, progress: () => undefined };
    const other = () => subjectOf(query.get('otherFolder') ?? '', query.get('otherEntry') ?? '');
    const all = { ...answers(opened), ...diffAnswers(opened, other) };
    return JSON.stringify({ result: packed(await all[method](params, call)) });
  } catch (error) {
    const { code, message } = asHeadlightError(error, 'internal', 'It failed');
    return JSON.stringify({ error: { code, message } });
  }
}

export interface PageHarness {
  url(options: { folder: string; entry: string; theme?: string }): string;
  /** The page that compares a file with another. */
  diffUrl(options: { folder: string; entry: string; otherFolder: string; otherEntry: string; theme?: string }): string;
  close(): Promise<void>;
}

/** Bundles and listens on a free port of this machine. */
export async function startPageHarness(): Promise<PageHarness> {
  const files = await bundle();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const send = (body: string | Uint8Array, type: string) => response.writeHead(200, { 'content-type': type }).end(body);
    const file = files.get(url.pathname);
    if (url.pathname === '/') send(html('page'), 'text/html');
    else if (url.pathname === '/diff') send(html('diff'), 'text/html');
    else if (url.pathname === '/themes.css') send(readFileSync(join(ROOT, 'test/webview/harness/themes.css')), 'text/css');
    else if (file) send(file, TYPES[extname(url.pathname)] ?? 'application/octet-stream');
    else if (url.pathname.startsWith('/ask/')) {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const params = JSON.parse(Buffer.concat(parts).toString()) as never;
      send(await answer(url.pathname.slice(5) as Parameters<typeof answer>[0], url.searchParams, params), 'application/json');
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: (options) => `${base}/?${new URLSearchParams(options as Record<string, string>)}`,
    diffUrl: (options) => `${base}/diff?${new URLSearchParams(options as Record<string, string>)}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
