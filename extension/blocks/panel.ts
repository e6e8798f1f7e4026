/** The page of the classic blocks: one webview that computes by itself; the host opens it and the blocks' source. */
import { Uri, ViewColumn, type WebviewPanel, window } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import { type BlockId, type BlocksHostNotifications, type BlocksNotifications, isBlockId } from '../../model/protocol/blocks.ts';
import { Channel } from '../../model/protocol/channel.ts';
import { showCode } from '../code.ts';
import type { Failures } from '../failures.ts';
import { Store } from '../lifetime.ts';
import { makeNonce, page } from '../panel/html.ts';
import { connect } from '../panel/transport.ts';

export const BLOCKS_TYPE = 'headlight.blocks';

type BlocksChannel = Channel<Record<never, never>, BlocksHostNotifications, Record<never, never>, BlocksNotifications>;

interface Open {
  readonly view: WebviewPanel;
  readonly channel: BlocksChannel;
  readonly store: Store;
}

export class BlocksPanel {
  readonly #store = new Store();
  #open: Open | undefined;
  #block: BlockId | null = null;

  constructor(
    private readonly extension: Uri,
    private readonly failures: Failures,
  ) {}

  /** Opens the page, or brings it to the front. @throws HeadlightError `not-found` for a block that has no page */
  show(block: unknown): void {
    if (block !== undefined && !isBlockId(block)) throw new HeadlightError('not-found', 'There is no page for this block.');
    this.#block = block ?? null;
    if (this.#open) {
      this.#open.view.reveal(undefined, false);
      this.#begin();
      return;
    }
    const place = { viewColumn: ViewColumn.Beside, preserveFocus: false };
    this.#adopt(window.createWebviewPanel(BLOCKS_TYPE, 'Classic Blocks', place, { ...this.#options(), retainContextWhenHidden: true }));
  }

  /** A page that VS Code kept over a reload: it knows itself what it showed. */
  async deserializeWebviewPanel(view: WebviewPanel): Promise<void> {
    this.#adopt(view);
  }

  #adopt(view: WebviewPanel): void {
    this.#store.release(this.#open?.store);
    view.webview.options = this.#options();
    const store = this.#store.add(new Store());
    const channel: BlocksChannel = store.add(
      new Channel<Record<never, never>, BlocksHostNotifications, Record<never, never>, BlocksNotifications>(
        connect(view.webview),
        {},
        {
          ready: () => this.#begin(),
          code: (place) => void showCode(place).catch((error: unknown) => this.failures.tell(error)),
          failed: ({ error }) => this.failures.tell(new HeadlightError(error.code, error.message)),
        },
      ),
    );
    this.#open = { view, channel, store };
    store.add(
      view.onDidDispose(() => {
        if (this.#open?.view === view) this.#open = undefined;
        this.#store.release(store);
      }),
    );
    const uri = (path: string) => view.webview.asWebviewUri(Uri.joinPath(this.extension, path)).toString();
    const script = { script: uri('out/webview/blocks.js'), style: uri('out/webview/blocks.css') };
    view.webview.html = page({ cspSource: view.webview.cspSource, nonce: makeNonce(), ...script });
  }

  #options() {
    return { enableScripts: true, localResourceRoots: [Uri.joinPath(this.extension, 'out/webview')] };
  }

  #begin(): void {
    this.#open?.channel.notify('begin', { block: this.#block });
    this.#block = null;
  }

  dispose(): void {
    this.#open?.view.dispose();
    this.#store.dispose();
  }
}
