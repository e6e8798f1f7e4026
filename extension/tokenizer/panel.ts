/** The page on which a model's tokenizer can be tried out: one webview beside the editor, without a run and without an engine. */
import { env, Uri, ViewColumn, type WebviewPanel, window } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import { Channel, type RequestHandlers } from '../../model/protocol/channel.ts';
import type { TriedNotifications, TryNotifications, TryRequests } from '../../model/protocol/tokenizer.ts';
import type { Failures } from '../failures.ts';
import { Store } from '../lifetime.ts';
import type { Model } from '../models/model.ts';
import type { ModelRegistry } from '../models/registry.ts';
import { makeNonce, page } from '../panel/html.ts';
import { connect } from '../panel/transport.ts';
import { pickModel } from '../pickers.ts';
import type { Tokenizers } from '../text/tokenizers.ts';
import { tryText } from './try.ts';

export const TRY_TYPE = 'headlight.tokenizer';

type TryChannel = Channel<Record<never, never>, TriedNotifications, TryRequests, TryNotifications>;

interface Open {
  readonly view: WebviewPanel;
  readonly channel: TryChannel;
  readonly store: Store;
}

export class TokenizerPanel {
  readonly #store = new Store();
  #open: Open | undefined;
  #model: Model | undefined;
  #text: string | null = null;

  constructor(
    private readonly extension: Uri,
    private readonly models: ModelRegistry,
    private readonly tokenizers: Tokenizers,
    private readonly failures: Failures,
  ) {}

  /** Opens the page for a model, or brings it to the front. @param text to begin with; null: what stands there */
  show(model: Model, text: string | null): void {
    this.#model = model;
    this.#text = text;
    if (this.#open) {
      this.#open.view.reveal(undefined, false);
      this.#begin();
      return;
    }
    const place = { viewColumn: ViewColumn.Beside, preserveFocus: false };
    this.adopt(window.createWebviewPanel(TRY_TYPE, 'Tokenizer', place, { ...this.#options(), retainContextWhenHidden: true }), model);
  }

  /** A page that VS Code kept over a reload, with the model that it was about. */
  async deserializeWebviewPanel(view: WebviewPanel, state: { readonly model?: string } | undefined): Promise<void> {
    const model = (state?.model && (await this.models.byId(state.model))) || (await this.models.active());
    if (model) this.adopt(view, model);
    else view.dispose();
  }

  private adopt(view: WebviewPanel, model: Model): void {
    this.#model = model;
    this.#store.release(this.#open?.store);
    view.webview.options = this.#options();
    const store = this.#store.add(new Store());
    const channel: TryChannel = store.add(
      new Channel<Record<never, never>, TriedNotifications, TryRequests, TryNotifications>(connect(view.webview), this.#requests(), {
        ready: () => this.#begin(),
        failed: ({ error }) => this.failures.tell(new HeadlightError(error.code, error.message)),
      }),
    );
    this.#open = { view, channel, store };
    store.add(
      view.onDidDispose(() => {
        if (this.#open?.view === view) this.#open = undefined;
        this.#store.release(store);
      }),
    );
    const uri = (path: string) => view.webview.asWebviewUri(Uri.joinPath(this.extension, path)).toString();
    const script = { script: uri('out/webview/tokenizer.js'), style: uri('out/webview/tokenizer.css') };
    view.webview.html = page({ cspSource: view.webview.cspSource, nonce: makeNonce(), ...script });
  }

  #options() {
    return { enableScripts: true, localResourceRoots: [Uri.joinPath(this.extension, 'out/webview')] };
  }

  #begin(): void {
    if (!this.#open || !this.#model) return;
    this.#open.view.title = `Tokenizer · ${this.#model.name}`;
    this.#open.channel.notify('begin', { model: this.#model.id, text: this.#text });
    this.#text = null;
  }

  #requests(): RequestHandlers<TryRequests> {
    return {
      try: (params) => {
        if (!this.#model) throw new HeadlightError('not-found', 'No model is chosen.');
        return tryText(this.#model, this.tokenizers, params);
      },
      chooseModel: async () => {
        const model = await pickModel(this.models);
        if (!model) return null;
        this.#model = model;
        this.#begin();
        return { model: model.id };
      },
      copy: async ({ text }) => {
        await env.clipboard.writeText(text);
        return null;
      },
    };
  }

  dispose(): void {
    this.#open?.view.dispose();
    this.#store.dispose();
  }
}
