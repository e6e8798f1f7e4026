/** A page of ours that needs no engine, in Chromium: bundled on the spot, with functions of the test in place of the extension host. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { after, before } from 'node:test';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { page as html } from '../../../extension/panel/html.ts';
import { launchChromium } from '../../tools/browser.mjs';
import { root } from '../../tools/environment.mjs';

/** What the page sends. */
export interface Sent {
  readonly id?: number;
  readonly method: string;
  readonly params: { readonly params: unknown };
}

/** What VS Code is to the page: answers through functions of the test. */
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

export interface SmallPage {
  readonly page: Page;
  /** What went wrong on the page. */
  readonly wrong: readonly string[];
}

export interface SmallPageOptions {
  readonly theme?: string;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

/**
 * @param name of `webview/<name>.tsx`
 * @returns opens it once more, with messages that answer what it sends
 */
export function smallPages(name: string): { open(answer: (message: Sent) => unknown[], options?: SmallPageOptions): Promise<SmallPage> } {
  let browser: Browser;
  let close: () => void;
  let address = '';
  before(async () => {
    const files = await bundle(name);
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
    async open(answer, { theme = 'vscode-dark', width = 620, height = 760, reducedMotion = 'no-preference' } = {}) {
      const page = await browser.newPage({ viewport: { width, height }, reducedMotion });
      page.setDefaultTimeout(90_000);
      const wrong: string[] = [];
      page.on('pageerror', (error) => wrong.push(error.message));
      page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
      await page.exposeFunction('answerOfTheTest', answer);
      await page.addInitScript(STAND_IN);
      await page.goto(address);
      await page.evaluate((name) => document.body.classList.add(name), theme);
      return { page, wrong };
    },
  };
}

const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.ttf': 'font/ttf' };

async function bundle(name: string): Promise<Map<string, Uint8Array | string>> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2023',
    outdir: '/',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.ttf': 'file', '.safetensors': 'binary' },
    assetNames: '[name]',
    logLevel: 'error',
    entryPoints: { [name]: `webview/${name}.tsx` },
  });
  const whole = html({ cspSource: "'self'", nonce: 'test', script: `/${name}.js`, style: `/${name}.css` });
  return new Map<string, Uint8Array | string>([
    ...outputFiles.map((f): [string, Uint8Array] => [f.path, f.contents]),
    ['/', whole.replace('<div id="root">', '<link rel="stylesheet" href="/themes.css">\n<div id="root">')],
    ['/themes.css', readFileSync(join(root, 'test/webview/harness/themes.css'))],
    ['/favicon.ico', ''],
  ]);
}
