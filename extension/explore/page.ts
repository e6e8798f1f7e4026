/** One model page: a webview, the reader thread of its file, and the channel between them. A file that changes on the disk is read anew. */
import { EventEmitter, RelativePattern, Uri, type WebviewPanel, workspace } from 'vscode';
import { type Call, Channel, type RequestHandlers } from '../../model/protocol/channel.ts';
import type {
  PageFacts,
  PageHostNotifications,
  PageHostRequests,
  PageNotifications,
  ReaderRequests,
  TensorRow,
} from '../../model/protocol/explorer.ts';
import { Store } from '../lifetime.ts';
import { makeNonce, page } from '../panel/html.ts';
import { connect } from '../panel/transport.ts';
import { folderOf } from './folder.ts';
import { Reader } from './reader.ts';

type None = Record<never, never>;
type PageChannel = Channel<None, PageNotifications, PageHostRequests, PageHostNotifications>;
export type PageActions = Pick<RequestHandlers<PageHostRequests>, 'visualize' | 'compare' | 'tryText' | 'openFile' | 'copy' | 'save'>;

/** Quiet time after the last change of the file. */
const SETTLE_MS = 500;

export class ModelPage {
  readonly #store = new Store();
  readonly #closed = this.#store.add(new EventEmitter<void>());
  readonly onDidClose = this.#closed.event;
  #reader: Promise<Reader>;
  #channel: PageChannel;
  #again: NodeJS.Timeout | undefined;
  /** Milliseconds from opening to the first painted facts; null before. */
  paintedMs: number | null = null;
  /** How much of that is the page's own: from its begin to its first script, and from there to the facts. */
  ownMs: { readonly load: number; readonly paint: number } | null = null;
  /** Tensors by name as the page was told last; empty before. */
  tensors: ReadonlyMap<string, TensorRow> = new Map();
  readonly #began = performance.now();
  #reveal: PageNotifications['reveal'] | null = null;
  #ready = false;

  constructor(
    readonly uri: Uri,
    readonly view: WebviewPanel,
    private readonly extension: Uri,
    private readonly actions: PageActions,
  ) {
    this.#reader = this.#start();
    this.#channel = this.#connect();
    this.#load();
    this.#watch();
    this.#store.add(
      view.onDidDispose(() => {
        this.#closed.fire();
        this.dispose();
      }),
    );
  }

  /** What the page shows, for the tests. @throws HeadlightError what is wrong with the file */
  facts(): Promise<PageFacts> {
    return this.#ask('facts', null);
  }

  /** Shows a tab, and in it a tensor or a node; waits for a page that is loading. */
  reveal(place: PageNotifications['reveal']): void {
    this.view.reveal();
    if (this.#ready) this.#channel.notify('reveal', place);
    else this.#reveal = place;
  }

  /** Whoever asks the reader is told why it could not start. */
  #start(): Promise<Reader> {
    const reader = this.#started();
    reader.catch(() => undefined);
    return reader;
  }

  async #started(): Promise<Reader> {
    const reader = await Reader.start(Uri.joinPath(this.extension, 'out/extension/explore.cjs'), await folderOf(this.uri));
    if (this.#store.disposed) reader.dispose();
    return reader;
  }

  async #ask<M extends keyof ReaderRequests>(
    method: M,
    params: ReaderRequests[M]['params'],
    call?: Call,
  ): Promise<ReaderRequests[M]['result']> {
    const { channel } = await this.#reader;
    const onProgress = ({ fraction, words }: { fraction: number | null; words: string }) => call?.progress(fraction, words);
    return channel.request(method, params, { onProgress, ...(call ? { token: call.token } : {}) });
  }

  #connect(): PageChannel {
    const through =
      <M extends keyof ReaderRequests>(method: M) =>
      (params: ReaderRequests[M]['params'], call: Call) =>
        this.#ask(method, params, call);
    const requests: RequestHandlers<PageHostRequests> = {
      ...this.actions,
      facts: async (params, call) => {
        const facts = await this.#ask('facts', params, call);
        this.tensors = new Map(facts.tensors.map((row) => [row.name, row]));
        return facts;
      },
      attention: through('attention'),
      graph: through('graph'),
      statistics: through('statistics'),
      slice: through('slice'),
      exportSlice: through('exportSlice'),
      tokens: through('tokens'),
      head: through('head'),
      tables: through('tables'),
      neighbours: through('neighbours'),
    };
    const notifications = {
      ready: () => this.#pageIsReady(),
      painted: ({ ms, loadMs }: PageHostNotifications['painted']) => {
        this.paintedMs ??= performance.now() - this.#began;
        this.ownMs ??= { load: loadMs, paint: ms };
      },
    };
    return this.#store.add(
      new Channel<None, PageNotifications, PageHostRequests, PageHostNotifications>(connect(this.view.webview), requests, notifications),
    );
  }

  /** A second `ready` comes from a page that was loaded anew (moved to another window): questions of the old one are settled. */
  #pageIsReady(): void {
    if (this.#ready) {
      this.#store.release(this.#channel);
      this.#channel = this.#connect();
    }
    this.#ready = true;
    if (this.#reveal) this.#channel.notify('reveal', this.#reveal);
    this.#reveal = null;
  }

  #load(): void {
    const { webview } = this.view;
    const out = Uri.joinPath(this.extension, 'out/webview');
    webview.options = { enableScripts: true, localResourceRoots: [out] };
    const uri = (path: string) => webview.asWebviewUri(Uri.joinPath(out, path)).toString();
    webview.html = page({ cspSource: webview.cspSource, nonce: makeNonce(), script: uri('page.js'), style: uri('page.css') });
  }

  #watch(): void {
    const name = this.uri.path.slice(this.uri.path.lastIndexOf('/') + 1);
    const watcher = this.#store.add(workspace.createFileSystemWatcher(new RelativePattern(Uri.joinPath(this.uri, '..'), name)));
    const later = () => {
      clearTimeout(this.#again);
      this.#again = setTimeout(() => this.#readAgain(), SETTLE_MS);
    };
    for (const event of [watcher.onDidChange, watcher.onDidCreate]) this.#store.add(event(later));
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
