/** A small server that stands for VS Code's webview: the same content policy, files by range, and a record of what was asked. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Model } from './page.ts';

/** Tests and benches run in the repository; the bundle of the benches lies elsewhere. */
const root = process.cwd();
const ort = join(root, 'node_modules/onnxruntime-web/dist');

/** DESIGN §4, with this server as the webview's source. */
const POLICY = [
  `default-src 'none'`,
  `script-src 'self' 'wasm-unsafe-eval' blob:`,
  `worker-src blob:`,
  `connect-src 'self' blob: data:`,
  `img-src 'self' data: blob:`,
  `style-src 'self'`,
].join('; ');

const page = (script: string) =>
  `<!doctype html><html><head><title>starting</title><script type="module" src="/${script}.js"></script></head><body></body></html>`;

export interface Asked {
  readonly path: string;
  readonly range: string | null;
}

export class Site {
  readonly asked: Asked[] = [];
  /** Paths that answer 404, as a file that was deleted. */
  readonly gone = new Set<string>();
  #held: (() => void)[] | null = null;
  #onHeld: () => void = () => undefined;
  #onTold: (words: string) => void = () => undefined;

  private constructor(
    private readonly server: Server,
    private readonly scripts: ReadonlyMap<string, string>,
    private readonly folders: Readonly<Record<string, string>>,
  ) {}

  /**
   * @param folders model folders by the name under which they are served
   * @param pages scripts of further pages, by the page's path
   */
  static async start(folders: Readonly<Record<string, string>>, pages: Readonly<Record<string, string>> = {}): Promise<Site> {
    const scripts = await bundle(pages);
    const server = createServer((request, response) => site.#serve(request, response));
    const site = new Site(server, scripts, folders);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  /** A folder's model as the extension host would describe it. */
  model(name: string, entry: string): Model {
    const folder = this.folders[name]!;
    const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((item) => item.isFile());
    const files = paths
      .map((item) => join(item.parentPath, item.name).slice(folder.length + 1))
      .map((path) => ({ path, size: statSync(join(folder, path)).size }));
    return {
      model: { id: `${name}/${entry}`, name, entry, files },
      uris: Object.fromEntries(files.map(({ path }) => [path, `${this.address}models/${name}/${path}`])),
    };
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url ?? '/', this.address).pathname);
    this.asked.push({ path, range: request.headers.range ?? null });
    const script = this.scripts.get(path);
    if (path === '/told') return void request.on('data', (told: Buffer) => this.#onTold(String(told))).on('end', () => response.end());
    const name = path === '/' ? 'page' : path.slice(1);
    if (this.scripts.has(`/${name}.js`))
      return void response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': POLICY }).end(page(name));
    if (script !== undefined) return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    if (path.startsWith('/ort/'))
      return void response.writeHead(200, { 'content-type': typeOf(path) }).end(readFileSync(join(ort, path.slice(5))));
    const file = this.#file(path);
    if (file === null || this.gone.has(path)) return void response.writeHead(404).end();
    const send = () => sendRange(file, request.headers.range, response);
    if (this.#held) {
      this.#held.push(send);
      this.#onHeld();
    } else send();
  }

  /** What a page says next by a POST to `/told`: for pages that nobody drives. */
  told(): Promise<string> {
    return new Promise((resolve) => {
      this.#onTold = resolve;
    });
  }

  /** Keeps reads of models waiting from now on; settles when there is one. */
  async hold(): Promise<void> {
    this.#held = [];
    await new Promise<void>((resolve) => {
      this.#onHeld = resolve;
    });
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const send of held) send();
  }

  #file(path: string): string | null {
    const [, models, name = '', ...rest] = path.split('/');
    const folder = models === 'models' ? this.folders[name] : undefined;
    const file = folder && join(folder, ...rest);
    return file && existsSync(file) ? file : null;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function bundle(pages: Readonly<Record<string, string>>): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { page: 'test/webview/engine/page.ts', worker: 'webview/engine/worker.ts', ...pages },
    outdir: '/',
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    write: false,
    logLevel: 'error',
  });
  return new Map(outputFiles.map(({ path, text }) => [path, text]));
}

function typeOf(path: string): string {
  return path.endsWith('.wasm') ? 'application/wasm' : 'text/javascript';
}

/** As VS Code's service worker: `bytes=a-b` gives 206, anything else the whole file. */
function sendRange(file: string, range: string | undefined, response: ServerResponse): void {
  const { size } = statSync(file);
  const [, from, to] = /^bytes=(\d+)-(\d+)?$/.exec(range ?? '') ?? [];
  const start = Number(from ?? 0);
  const end = Math.min(to === undefined ? size - 1 : Number(to), size - 1);
  if (start >= size) return void response.writeHead(416).end();
  const bytes = Buffer.alloc(end - start + 1);
  const handle = openSync(file, 'r');
  readSync(handle, bytes, 0, bytes.length, start);
  closeSync(handle);
  const headers = from === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${size}` };
  response.writeHead(from === undefined ? 200 : 206, { 'cache-control': 'no-store', ...headers }).end(bytes);
}
