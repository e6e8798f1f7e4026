/** The tokenizer's page in Chromium, around a real tokenizer of this repository that answers in Node in place of the extension host. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { after, before } from 'node:test';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { page as html } from '../../../extension/panel/html.ts';
import type { Tried, TryParams } from '../../../model/protocol/tokenizer.ts';
import { readTokenizer, type Tokenizer } from '../../../model/text/index.ts';
import { launchChromium } from '../../tools/browser.mjs';
import { root } from '../../tools/environment.mjs';

interface Request {
  readonly id?: number;
  readonly method: string;
  readonly params: { readonly params: unknown };
}

/** What VS Code and the extension host are to the page: answers through functions of the test. */
const STAND_IN = `
  let state;
  globalThis.acquireVsCodeApi = () => ({
    getState: () => state,
    setState: (next) => { state = next; },
    postMessage: async (message) => {
      const answer = await globalThis.answerOfTheTest(message);
      for (const each of answer) window.postMessage(each, '*');
    },
  });`;

export interface TryPage {
  readonly page: Page;
  /** What went wrong on the page. */
  readonly wrong: readonly string[];
  /** Texts that were copied. */
  readonly copied: readonly string[];
}

export function tryPages(): { open(options?: { model?: string; theme?: string; width?: number; height?: number }): Promise<TryPage> } {
  let browser: Browser;
  let close: () => void;
  let address = '';
  before(async () => {
    const files = await bundle();
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname;
      const file = files.get(path);
      response.writeHead(file === undefined ? 404 : 200, { 'content-type': TYPES[extname(path)] ?? 'text/html' }).end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    close = () => {
      server.closeAllConnections();
      server.close();
    };
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    close?.();
  });
  return {
    async open({ model = 'headlight-bert', theme = 'vscode-dark', width = 620, height = 760 } = {}) {
      const page = await browser.newPage({ viewport: { width, height } });
      page.setDefaultTimeout(90_000);
      const wrong: string[] = [];
      const copied: string[] = [];
      page.on('pageerror', (error) => wrong.push(error.message));
      page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
      const tokenizer = await builtIn(model);
      await page.exposeFunction('answerOfTheTest', (message: Request) => answer(message, tokenizer, model, copied));
      await page.addInitScript(STAND_IN);
      await page.goto(address);
      await page.evaluate((name) => document.body.classList.add(name), theme);
      await page.locator('.token-table tbody tr').first().waitFor();
      return { page, wrong, copied };
    },
  };
}

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };

async function bundle(): Promise<Map<string, Uint8Array | string>> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    outdir: '/',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.ttf': 'file' },
    assetNames: '[name]',
    logLevel: 'error',
    entryPoints: { tokenizer: 'webview/tokenizer.tsx' },
  });
  const whole = html({ cspSource: "'self'", nonce: 'test', script: '/tokenizer.js', style: '/tokenizer.css' });
  return new Map<string, Uint8Array | string>([
    ...outputFiles.map((f): [string, Uint8Array] => [f.path, f.contents]),
    ['/', whole.replace('<div id="root">', '<link rel="stylesheet" href="/themes.css">\n<div id="root">')],
    ['/themes.css', readFileSync(join(root, 'test/webview/harness/themes.css'))],
    ['/favicon.ico', ''],
  ]);
}

function builtIn(model: string): Promise<Tokenizer> {
  return readTokenizer(async (name) => {
    try {
      return readFileSync(join(root, 'media/models', model, name), 'utf8');
    } catch {
      return null;
    }
  });
}

function answer({ id, method, params }: Request, tokenizer: Tokenizer, model: string, copied: string[]): unknown[] {
  const rpc = { jsonrpc: '2.0' };
  if (method === 'ready') return [{ ...rpc, method: 'begin', params: { params: { model, text: null } } }];
  if (method === 'try') return [{ ...rpc, id, result: tried(params.params as TryParams, tokenizer, model) }];
  if (method === 'copy') copied.push((params.params as { text: string }).text);
  return id === undefined ? [] : [{ ...rpc, id, result: null }];
}

function tried({ text, pair }: TryParams, tokenizer: Tokenizer, model: string): Tried {
  const { kind, vocabularySize: vocabulary, steps } = tokenizer;
  const encoding = tokenizer.encode(text, pair ?? undefined);
  return { model, maxTokens: 128, facts: { kind, vocabulary, steps }, ms: 0, ...encoding };
}
