/** The page that compares two models: a webview, a reader thread that has both files open, and the channel between them. */
import { EventEmitter, env, RelativePattern, Uri, type WebviewPanel, workspace } from 'vscode';
import { type Call, Channel, type RequestHandlers } from '../../model/protocol/channel.ts';
import type {
  DiffHostNotifications,
  DiffHostRequests,
  DiffNotifications,
  DiffReaderRequests,
  Structure,
} from '../../model/protocol/diff.ts';
import type { PageNotifications } from '../../model/protocol/explorer.ts';
import { Store } from '../lifetime.ts';
import { makeNonce, page } from '../panel/html.ts';
import { connect } from '../panel/transport.ts';
import { saveAs } from '../save.ts';
import { folderOf } from './folder.ts';
import { Reader } from './reader.ts';

type None = Record<never, never>;
type DiffChannel = Channel<None, DiffNotifications, DiffHostRequests, DiffHostNotifications>;

/** Which two files; kept by VS Code over a reload of the window. */
export interface Compared {
  readonly base: string;
  readonly other: string;
}

export type OpenAt = (uri: Uri, place: PageNotifications['reveal']) => Promise<void>;

/** Quiet time after the last change of a file. */
const SETTLE_MS = 500;

export class DiffPage {
  readonly #store = new Store();
  readonly #closed = this.#store.add(new EventEmitter<void>());
  readonly onDidClose = this.#closed.event;
  #reader: Promise<Reader>;
  #channel: DiffChannel;
  #watching: Store | undefined;
  #again: NodeJS.Timeout | undefined;
  #ready = false;

  constructor(
    private compared: Compared,
    readonly view: WebviewPanel,
    private readonly extension: Uri,
    private readonly openAt: OpenAt,
  ) {
    this.#reader = this.#start();
    this.#channel = this.#connect();
    this.#load();
    this.#store.add(
      view.onDidDispose(() => {
        this.#closed.fire();
        this.dispose();
      }),
    );
  }

  /** What the page shows, for the tests. @throws HeadlightError what is wrong with one of the files */
  structure(): Promise<Structure> {
    return this.#ask('structure', null);
  }

  differences(params: DiffReaderRequests['differences']['params']): Promise<DiffReaderRequests['differences']['result']> {
    return this.#ask('differences', params);
  }

  get files(): Compared {
    return this.compared;
  }

  #start(): Promise<Reader> {
    const reader = this.#started();
    reader.catch(() => undefined);
    this.view.title = `${nameOf(this.compared.base)} ↔ ${nameOf(this.compared.other)}`;
    this.#watch();
    return reader;
  }

  async #started(): Promise<Reader> {
    const [base, other] = await Promise.all([folderOf(Uri.parse(this.compared.base)), folderOf(Uri.parse(this.compared.other))]);
    const reader = await Reader.start(Uri.joinPath(this.extension, 'out/extension/explore.cjs'), base, other);
    if (this.#store.disposed) reader.dispose();
    return reader;
  }

  async #ask<M extends keyof DiffReaderRequests>(
    method: M,
    params: DiffReaderRequests[M]['params'],
    call?: Call,
  ): Promise<DiffReaderRequests[M]['result']> {
    const { channel } = await this.#reader;
    const onProgress = ({ fraction, words }: { fraction: number | null; words: string }) => call?.progress(fraction, words);
    return channel.request(method, params, { onProgress, ...(call ? { token: call.token } : {}) });
  }

  #connect(): DiffChannel {
    const requests: RequestHandlers<DiffHostRequests> = {
      structure: (_, call) => this.#ask('structure', null, call),
      differences: (params, call) => this.#ask('differences', params, call),
      names: () => ({ base: nameOf(this.compared.base), other: nameOf(this.compared.other), kept: this.compared }),
      swap: () => {
        this.compared = { base: this.compared.other, other: this.compared.base };
        this.#readAgain();
        return null;
      },
      openTensor: async ({ side, name }) => {
        await this.openAt(Uri.parse(this.compared[side]), { tab: 'tensors', name });
        return null;
      },
      copy: async ({ text }) => {
        await env.clipboard.writeText(text);
        return null;
      },
      save: ({ name, bytes }) => saveAs(name, bytes),
    };
    return this.#store.add(
      new Channel<None, DiffNotifications, DiffHostRequests, DiffHostNotifications>(connect(this.view.webview), requests, {
        ready: () => this.#pageIsReady(),
      }),
    );
  }

  /** A second `ready` comes from a page that was loaded anew: questions of the old one are settled. */
  #pageIsReady(): void {
    if (this.#ready) {
      this.#store.release(this.#channel);
      this.#channel = this.#connect();
    }
    this.#ready = true;
  }

  #load(): void {
    const { webview } = this.view;
    const out = Uri.joinPath(this.extension, 'out/webview');
    webview.options = { enableScripts: true, localResourceRoots: [out] };
    const uri = (path: string) => webview.asWebviewUri(Uri.joinPath(out, path)).toString();
    webview.html = page({ cspSource: webview.cspSource, nonce: makeNonce(), script: uri('diff.js'), style: uri('diff.css') });
  }

  #watch(): void {
    this.#store.release(this.#watching);
    const watching = this.#store.add(new Store());
    this.#watching = watching;
    const later = () => {
      clearTimeout(this.#again);
      this.#again = setTimeout(() => this.#readAgain(), SETTLE_MS);
    };
    for (const file of [this.compared.base, this.compared.other]) {
      const uri = Uri.parse(file);
      const watcher = watching.add(workspace.createFileSystemWatcher(new RelativePattern(Uri.joinPath(uri, '..'), lastOf(uri.path))));
      for (const event of [watcher.onDidChange, watcher.onDidCreate]) watching.add(event(later));
    }
  }

  #readAgain(): void {
    this.#endReader();
    this.#reader = this.#start();
    this.#channel.notify('changed', null);
  }

  #endReader(): void {
    void this.#reader.then(
      (reader) => reader.dispose(),
      () => undefined,
    );
  }

  dispose(): void {
    clearTimeout(this.#again);
    this.#endReader();
    this.#store.dispose();
  }
}

const lastOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** `bert-base/model.safetensors` as `bert-base`: files of a model's usual names say less than their folder. */
function nameOf(uri: string): string {
  const parts = Uri.parse(uri).path.split('/');
  const file = parts.at(-1) ?? '';
  const usual = /^(model|pytorch_model|diffusion_pytorch_model)[.\w-]*\.(safetensors|onnx|json)$/.test(file);
  if (!usual) return file;
  return `${parts.at(parts.at(-2) === 'onnx' ? -3 : -2) ?? ''}/${file}`;
}
