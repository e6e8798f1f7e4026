/** Everything that lives as long as the extension does, made in the order of what needs what. */
import { commands, type ExtensionContext, env, Uri, type WebviewPanel, window } from 'vscode';
import { HeadlightError } from '../model/errors.ts';
import type { RequestHandlers } from '../model/protocol/channel.ts';
import type { HostRequests, SavedPanel } from '../model/protocol/panel.ts';
import { registerCommands } from './commands.ts';
import { Decorations } from './editor/decorations.ts';
import { Follow } from './editor/follow.ts';
import { ModelEditors } from './explore/editors.ts';
import { Failures } from './failures.ts';
import { HoverCards } from './hover/provider.ts';
import { noText } from './images/pictures.ts';
import { Store } from './lifetime.ts';
import type { Model } from './models/model.ts';
import { ModelRegistry } from './models/registry.ts';
import { PANEL_TYPE, Panel } from './panel/panel.ts';
import { pickModel } from './pickers.ts';
import { type Restore, Runs } from './run/runs.ts';
import { saveAs } from './save.ts';
import { copyLink, saveView } from './saved/commands.ts';
import { VIEW_TYPE, ViewEditor } from './saved/editor.ts';
import { viewInLink } from './saved/link.ts';
import { openView } from './saved/view.ts';
import { Status } from './status.ts';
import { fromStretches, openDocument, typed } from './text/choose.ts';
import type { SourceText } from './text/source.ts';
import { Tokenizers } from './text/tokenizers.ts';
import { TokenizerPanel, TRY_TYPE } from './tokenizer/panel.ts';
import { ModelsTree } from './views/models-tree.ts';
import { Tensors } from './views/tensors.ts';

export class App {
  readonly #store = new Store();
  readonly failures = new Failures();
  readonly models: ModelRegistry;
  readonly tokenizers: Tokenizers;
  readonly panel: Panel;
  readonly runs: Runs;
  readonly decorations: Decorations;
  readonly status: Status;
  readonly tree: ModelsTree;
  readonly tokenizerPanel: TokenizerPanel;
  readonly editors: ModelEditors;

  constructor(context: ExtensionContext) {
    const { extensionUri } = context;
    this.models = this.#store.add(new ModelRegistry(context));
    this.tokenizers = this.#store.add(new Tokenizers(Uri.joinPath(extensionUri, 'out/extension/tokenize.cjs')));
    this.panel = this.#store.add(new Panel(extensionUri, this.#requests()));
    this.runs = this.#store.add(new Runs(this.panel, this.models, this.tokenizers, this.failures));
    this.decorations = this.#store.add(new Decorations());
    this.#store.add(new Follow(this.runs, this.decorations, this.panel));
    this.status = this.#store.add(new Status(this.runs));
    const tensors = this.#store.add(new Tensors(Uri.joinPath(extensionUri, 'out/extension/onnx.cjs')));
    this.tree = this.#store.add(new ModelsTree(this.models, this.runs, tensors));
    this.editors = this.#store.add(new ModelEditors(extensionUri, this.models));
    this.#store.add(new HoverCards(this.runs, this.panel, this.models, this.tokenizers));
    this.tokenizerPanel = this.#store.add(new TokenizerPanel(extensionUri, this.models, this.tokenizers, this.failures));
    this.#store.add(window.registerWebviewPanelSerializer(TRY_TYPE, this.tokenizerPanel));
    this.#store.add(registerCommands(this));
    this.#store.add(window.registerCustomEditorProvider(VIEW_TYPE, new ViewEditor(this)));
    const handleUri = (uri: Uri) => this.#told(Promise.resolve().then(() => openView(this, viewInLink(uri))));
    this.#store.add(window.registerUriHandler({ handleUri }));
    this.#store.add(this.runs.onDidChange((run) => void commands.executeCommand('setContext', 'headlight.hasRun', run !== null)));
    this.#store.add(this.panel.onDidFail(({ error }) => this.failures.tell(new HeadlightError(error.code, error.message))));
    const deserializeWebviewPanel = (view: WebviewPanel, state: SavedPanel | undefined) => this.#restore(view, state);
    this.#store.add(window.registerWebviewPanelSerializer(PANEL_TYPE, { deserializeWebviewPanel }));
  }

  /** What the page may ask for. */
  #requests(): RequestHandlers<HostRequests> {
    return {
      rerun: async () => {
        await this.#told(this.rerun());
        return null;
      },
      chooseModel: async () => {
        const model = await pickModel(this.models);
        if (model) await this.models.setActive(model);
        if (model) await this.#told(this.rerun(model));
        return null;
      },
      copy: async ({ text }) => {
        await env.clipboard.writeText(text);
        return null;
      },
      save: ({ name, bytes }) => saveAs(name, bytes),
      copyLink: async () => {
        await copyLink(this);
        return null;
      },
      saveView: async () => ({ path: await saveView(this) }),
      vocabulary: async ({ model, ids }) => this.tokenizers.ask(await this.#modelOf(model), 'vocabulary', { ids }),
      decode: async ({ model, ids, after = [] }) => this.tokenizers.ask(await this.#modelOf(model), 'decode', { ids, after }),
      encode: async ({ model, text, specials }) => {
        const { tokens, typeIds } = await this.tokenizers.encode(await this.#modelOf(model), text, null, specials);
        return { ids: tokens.map(({ id }) => id), typeIds };
      },
      specials: async ({ model }) => this.tokenizers.ask(await this.#modelOf(model), 'specials', null),
    };
  }

  /** @throws HeadlightError `not-found` */
  async #modelOf(id: string): Promise<Model> {
    const model = await this.models.byId(id);
    if (!model) throw new HeadlightError('not-found', 'The model that was shown is no longer there. Choose another one.');
    return model;
  }

  /** Waits for work whose failure is told to the user here. */
  async #told(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.failures.tell(error);
    }
  }

  /** Runs again: the same places of the document with the text that stands there now. */
  async rerun(model?: Model): Promise<void> {
    const { last, current } = this.runs;
    if (!last) throw new HeadlightError('input', 'Nothing was visualized yet. Select some text and run Visualize Attention.');
    const source = await currentText(current?.source ?? last.source, current?.tracked?.spans ?? null);
    const sameModel = model === undefined || model.id === last.model.id;
    const { kind, layer, head } = current?.selection ?? {};
    const select = sameModel && kind !== undefined && layer !== undefined && head !== undefined ? { kind, layer, head } : {};
    const target = last.target && (await currentText(last.target, current?.trackedTarget?.spans ?? null));
    await this.runs.start({ ...last, model: model ?? last.model, source, ...(target && { target }), select });
  }

  /** After a reload of the window: the panel as VS Code kept it, and the run that it showed. */
  async #restore(view: WebviewPanel, state: SavedPanel | undefined): Promise<void> {
    const restore = state?.restore as Restore | null | undefined;
    if (!restore) {
      view.dispose();
      return;
    }
    this.panel.adopt(view);
    // VS Code loads the page only after this call has returned, and the run needs the page: it must not be waited for here.
    void this.#told(this.#runAgain(restore, state?.selection ?? null));
  }

  async #runAgain(restore: Restore, selection: SavedPanel['selection']): Promise<void> {
    const model = await this.#modelOf(restore.model);
    const source = restore.uri === null ? typed(restore.text ?? '') : await storedText(restore);
    const picture = restore.picture === undefined ? null : Uri.parse(restore.picture);
    await this.runs.start({
      model,
      source: picture ? noText(picture) : source,
      ...(picture ? { picture } : {}),
      ...(restore.target ? { target: await targetText(restore.target) } : {}),
      ...(selection ? { select: selection } : {}),
    });
  }

  dispose(): void {
    this.#store.dispose();
  }
}

function targetText({ uri, stretches, text }: NonNullable<Restore['target']>): Promise<SourceText> | SourceText {
  return uri === null ? typed(text ?? '') : storedText({ uri, stretches, what: 'the second selection', pair: false });
}

async function storedText({ uri, stretches, what, pair }: Pick<Restore, 'uri' | 'stretches' | 'what' | 'pair'>): Promise<SourceText> {
  return fromStretches(await openDocument(Uri.parse(uri!)), stretches, what, pair);
}

/** The text of a source as it is in its document now. */
async function currentText(source: SourceText, spans: readonly { start: number; end: number }[] | null): Promise<SourceText> {
  if (source.uri === null) return source;
  const document = await openDocument(Uri.parse(source.uri));
  const places = spans ?? source.pieces.map(({ start, length }) => ({ start, end: start + length }));
  const stretches = places.map(({ start, end }) => ({ start, length: end - start }));
  return fromStretches(document, stretches, source.what, source.second !== null);
}
