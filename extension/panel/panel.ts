/**
 * The one panel: a webview beside the editor and the channel to the page in it. It opens when something is shown, comes back after a
 * reload of the window, and settles every request, also when the page is reloaded (moved to another window) or closed.
 */
import {
  type CancellationToken,
  commands,
  EventEmitter,
  Uri,
  ViewColumn,
  type Webview,
  type WebviewPanel,
  window,
  workspace,
} from 'vscode';
import { asHeadlightError, HeadlightError } from '../../model/errors.ts';
import { Channel, type NotificationHandlers, type Progress, type RequestHandlers } from '../../model/protocol/channel.ts';
import type {
  HostNotifications,
  HostRequests,
  ImageInput,
  Look,
  PanelNotifications,
  PanelRequests,
  RowParams,
  ShowParams,
  ShowResult,
  TextInput,
} from '../../model/protocol/panel.ts';
import { provideCode, showCode } from '../code.ts';
import { Store } from '../lifetime.ts';
import { addedFolders } from '../models/registry.ts';
import { makeNonce, page } from './html.ts';
import { connect } from './transport.ts';

export const PANEL_TYPE = 'headlight.panel';
/** Longest time from opening the panel to its first sign of life. */
const START_LIMIT_MS = 30_000;

type PanelChannel = Channel<PanelRequests, PanelNotifications, HostRequests, HostNotifications>;
/** What to show, before the paths of files are known to the page. */
export type Show = Omit<ShowParams, 'uris' | 'input' | 'picture'> & {
  readonly root: Uri;
  readonly input: TextInput | Pictured;
  readonly picture?: Pictured;
  /** File of the sound of a text input. */
  readonly sound?: Uri;
};
type Pictured = Omit<ImageInput, 'uri'> & { readonly picture: Uri };

export interface ShowOptions {
  readonly token: CancellationToken;
  readonly onProgress: (progress: Progress) => void;
}

export class Panel {
  readonly #store = new Store();
  #session: Session | undefined;
  readonly #selected = this.#store.add(new EventEmitter<HostNotifications['selected']>());
  readonly #reveal = this.#store.add(new EventEmitter<HostNotifications['reveal']>());
  readonly #failed = this.#store.add(new EventEmitter<HostNotifications['failed']>());
  readonly #measured = this.#store.add(new EventEmitter<HostNotifications['measured']>());
  readonly #left = this.#store.add(new EventEmitter<void>());
  readonly #closed = this.#store.add(new EventEmitter<void>());
  readonly #restarted = this.#store.add(new EventEmitter<void>());
  readonly onDidSelect = this.#selected.event;
  readonly onDidReveal = this.#reveal.event;
  readonly onDidFail = this.#failed.event;
  readonly onDidMeasure = this.#measured.event;
  /** The user leaves it by keyboard. */
  readonly onDidLeave = this.#left.event;
  readonly onDidClose = this.#closed.event;
  /** The page was loaded anew and knows nothing any more. */
  readonly onDidRestart = this.#restarted.event;

  constructor(
    private readonly extension: Uri,
    private readonly requests: RequestHandlers<HostRequests>,
  ) {
    this.#store.add(provideCode(extension));
  }

  get isOpen(): boolean {
    return this.#session !== undefined;
  }

  /** Column that it stands in, undefined without a panel. */
  get column(): ViewColumn | undefined {
    return this.#session?.view.viewColumn;
  }

  get title(): string {
    return this.#session?.view.title ?? 'Headlight';
  }

  /** Opens the panel beside the editor, or brings it to the front; the keyboard stays where it is. */
  open(title: string): void {
    if (this.#session) {
      const { view } = this.#session;
      view.title = title;
      // Never in front of the text that it is about.
      const covers = view.viewColumn !== undefined && view.viewColumn === window.activeTextEditor?.viewColumn;
      view.reveal(covers ? ViewColumn.Beside : undefined, true);
      return;
    }
    const place = { viewColumn: ViewColumn.Beside, preserveFocus: true };
    this.adopt(window.createWebviewPanel(PANEL_TYPE, title, place, { ...this.#options(), retainContextWhenHidden: true }));
  }

  /** Moves the keyboard into the panel. */
  focus(): void {
    this.#session?.view.reveal(undefined, false);
  }

  /** Takes a panel that VS Code kept over a reload. */
  adopt(view: WebviewPanel): void {
    this.#store.release(this.#session);
    view.webview.options = this.#options();
    const icon = (name: string) => Uri.joinPath(this.extension, `media/icons/visualize-${name}.svg`);
    view.iconPath = { light: icon('light'), dark: icon('dark') };
    const notifications = {
      selected: (params: HostNotifications['selected']) => this.#selected.fire(params),
      reveal: (params: HostNotifications['reveal']) => this.#reveal.fire(params),
      failed: (params: HostNotifications['failed']) => this.#failed.fire(params),
      measured: (params: HostNotifications['measured']) => this.#measured.fire(params),
      code: (place: HostNotifications['code']) =>
        void showCode(place).catch((error: unknown) =>
          this.#failed.fire({ error: asHeadlightError(error, 'not-found', 'The code cannot be shown') }),
        ),
      settings: () => void commands.executeCommand('workbench.action.openSettings', 'headlight'),
      leave: () => this.#left.fire(),
    };
    const session = new Session(view, this.extension, this.requests, { notifications, restarted: () => this.#restarted.fire() });
    this.#session = this.#store.add(session);
    session.onClose(() => {
      if (this.#session !== session) return;
      this.#session = undefined;
      this.#store.release(session);
      this.#closed.fire();
    });
  }

  #options(): PageOptions {
    const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri);
    const own = [Uri.joinPath(this.extension, 'out'), Uri.joinPath(this.extension, 'media')];
    return { enableScripts: true, localResourceRoots: [...own, ...folders, ...addedFolders()] };
  }

  /** Runs a model on an input; @throws HeadlightError what the engine says, `cancelled`, `disposed` */
  async show({ root, input: given, picture: beside, sound, ...params }: Show, { token, onProgress }: ShowOptions): Promise<ShowResult> {
    const session = this.#active();
    const file = (given.kind === 'image' ? given : beside)?.picture ?? sound;
    const channel = await session.reach(file ? [root, Uri.joinPath(file, '..')] : [root], this.#options());
    const pictured = (one: Pictured) => imageInput(one, this.uriFor(one.picture));
    const input = given.kind === 'image' ? pictured(given) : heardInput(given, sound && this.uriFor(sound));
    const more = beside ? { picture: pictured(beside) } : {};
    const uris = Object.fromEntries(params.model.files.map(({ path }) => [path, uriIn(session.view.webview, root, path)]));
    return channel.request('show', { ...params, ...more, input, uris }, { token, onProgress });
  }

  /** The URI by which the page reads a file. */
  uriFor(uri: Uri): string {
    return this.#active().view.webview.asWebviewUri(uri).toString();
  }

  /** What is selected and how it is viewed. */
  async look(): Promise<Look> {
    return (await this.#active().channel()).request('look', null);
  }

  async row(params: RowParams, token?: CancellationToken): Promise<Float32Array> {
    const channel = await this.#active().channel();
    return channel.request('row', params, token ? { token } : {});
  }

  notify<M extends keyof PanelNotifications & string>(method: M, params: PanelNotifications[M]): void {
    this.#session?.notify(method, params);
  }

  close(): void {
    this.#session?.view.dispose();
  }

  #active(): Session {
    if (!this.#session) throw new HeadlightError('disposed', 'The panel is closed. Run Visualize Attention again.');
    return this.#session;
  }

  dispose(): void {
    this.#session?.view.dispose();
    this.#store.dispose();
  }
}

/** A text input with the address of its sound. */
function heardInput(input: TextInput, uri: string | undefined): TextInput {
  return input.sound && uri !== undefined ? { ...input, sound: { ...input.sound, uri } } : input;
}

function imageInput({ name, preprocessor, config }: Omit<ImageInput, 'uri'>, uri: string): ImageInput {
  return { kind: 'image', name, uri, preprocessor, config };
}

const uriIn = (webview: Webview, root: Uri, path: string) => webview.asWebviewUri(Uri.joinPath(root, path)).toString();

interface PageOptions {
  readonly enableScripts: boolean;
  readonly localResourceRoots: readonly Uri[];
}

interface Listeners {
  readonly notifications: Omit<NotificationHandlers<HostNotifications>, 'ready'>;
  restarted(): void;
}

/** One webview from its opening to its closing. */
class Session {
  readonly #store = new Store();
  #channel: PanelChannel | undefined;
  #ready: Promise<PanelChannel>;
  /** Called by the page's first sign of life; undefined from then on. */
  #isReady: ((channel: PanelChannel) => void) | undefined;
  /** Fails when the panel is closed. */
  readonly #gone: Promise<never>;

  constructor(
    readonly view: WebviewPanel,
    private readonly extension: Uri,
    private readonly requests: RequestHandlers<HostRequests>,
    private readonly listeners: Listeners,
  ) {
    this.#gone = new Promise((_, reject) => {
      this.#store.add({ dispose: () => reject(new HeadlightError('disposed', 'The panel was closed.')) });
    });
    this.#gone.catch(() => undefined);
    this.#ready = this.#waitForPage();
    this.#connect();
    this.#load();
  }

  onClose(listener: () => void): void {
    this.#store.add(this.view.onDidDispose(listener));
  }

  #load(): void {
    const { webview } = this.view;
    const uri = (path: string) => uriIn(webview, this.extension, path);
    const parts = {
      cspSource: webview.cspSource,
      nonce: makeNonce(),
      script: uri('out/webview/main.js'),
      style: uri('out/webview/main.css'),
    };
    webview.html = page(parts);
  }

  #waitForPage(): Promise<PanelChannel> {
    return new Promise((resolve) => {
      this.#isReady = resolve;
    });
  }

  #connect(): void {
    this.#store.release(this.#channel);
    this.#channel = this.#store.add(
      new Channel<PanelRequests, PanelNotifications, HostRequests, HostNotifications>(connect(this.view.webview), this.requests, {
        ...this.listeners.notifications,
        ready: () => this.#pageIsReady(),
      }),
    );
  }

  /** A second `ready` comes from a page that was loaded anew: requests to the old one are settled, a fresh channel begins. */
  #pageIsReady(): void {
    if (this.#isReady) {
      this.#isReady(this.#channel!);
      this.#isReady = undefined;
      return;
    }
    this.#connect();
    this.#ready = Promise.resolve(this.#channel!);
    this.listeners.restarted();
  }

  /** The channel, once the page answers. @throws HeadlightError `runtime` when it does not */
  async channel(): Promise<PanelChannel> {
    if (!this.#isReady && this.#channel) return this.#channel;
    let late: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      const words = 'The panel did not start. Close it and run again; if it stays so, see Help › Toggle Developer Tools.';
      late = setTimeout(() => reject(new HeadlightError('runtime', words)), START_LIMIT_MS);
    });
    try {
      return await Promise.race([this.#ready, this.#gone, limit]);
    } finally {
      clearTimeout(late);
    }
  }

  /** The channel of a page that may read below `roots`; a page that may not yet is loaded anew with the right. */
  async reach(roots: readonly Uri[], options: PageOptions): Promise<PanelChannel> {
    const allowed = this.view.webview.options.localResourceRoots ?? [];
    const missing = roots.filter((root) => !allowed.some((folder) => isWithin(root, folder)));
    if (missing.length > 0) {
      this.#ready = this.#waitForPage();
      this.#connect();
      this.view.webview.options = { ...options, localResourceRoots: [...options.localResourceRoots, ...roots] };
      this.#load();
    }
    return this.channel();
  }

  notify<M extends keyof PanelNotifications & string>(method: M, params: PanelNotifications[M]): void {
    if (!this.#isReady) this.#channel?.notify(method, params);
  }

  dispose(): void {
    this.#store.dispose();
  }
}

function isWithin(uri: Uri, folder: Uri): boolean {
  const base = folder.toString().replace(/\/$/, '');
  return uri.toString() === base || uri.toString().startsWith(`${base}/`);
}
