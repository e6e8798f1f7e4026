/** Everything that lives as long as the extension does, made in the order of what needs what. */
import { commands, type ExtensionContext, env, Uri, type WebviewPanel, window, workspace } from 'vscode';
import { HeadlightError } from '../model/errors.ts';
import type { RequestHandlers } from '../model/protocol/channel.ts';
import type { HostRequests, SavedPanel } from '../model/protocol/panel.ts';
import { BLOCKS_TYPE, BlocksPanel } from './blocks/panel.ts';
import { CodeHovers } from './code/hovers.ts';
import { registerCommands } from './commands.ts';
import { Decorations } from './editor/decorations.ts';
import { Follow } from './editor/follow.ts';
import { DiffPages } from './explore/compare.ts';
import { ConfigDiagnostics } from './explore/config-diagnostics.ts';
import { ConfigHovers } from './explore/config-hovers.ts';
import { ModelEditors } from './explore/editors.ts';
import { Failures } from './failures.ts';
import { HoverCards } from './hover/provider.ts';
import { noText } from './images/pictures.ts';
import { withBoth } from './images/towers.ts';
import { LessonPage } from './lessons/page.ts';
import { Store } from './lifetime.ts';
import { formOf, type Model } from './models/model.ts';
import { ModelRegistry } from './models/registry.ts';
import { PANEL_TYPE, Panel } from './panel/panel.ts';
import { pickForm, pickModel } from './pickers.ts';
import { type Again, currentText, shownNow, storedText, targetText } from './run/again.ts';
import { deviceSetting, type Restore, Runs } from './run/runs.ts';
import { saveAs } from './save.ts';
import { copyLink, saveView } from './saved/commands.ts';
import { VIEW_TYPE, ViewEditor } from './saved/editor.ts';
import { viewInLink } from './saved/link.ts';
import { openView } from './saved/view.ts';
import { noWords } from './sounds/sounds.ts';
import { Status } from './status.ts';
import { typed } from './text/choose.ts';
import { neighbour } from './text/fit.ts';
import { placeIn } from './text/source.ts';
import { Tokenizers } from './text/tokenizers.ts';
import { TokenizerPanel, TRY_TYPE } from './tokenizer/panel.ts';
import { registerTools } from './tools/tools.ts';
import { ModelsTree } from './views/models-tree.ts';
import { Tensors } from './views/tensors.ts';

export class App {
  readonly #store = new Store();
  /** The extension's own folder. */
  readonly extension: Uri;
  readonly failures = new Failures();
  readonly models: ModelRegistry;
  readonly tokenizers: Tokenizers;
  readonly panel: Panel;
  readonly runs: Runs;
  readonly decorations: Decorations;
  readonly status: Status;
  readonly tree: ModelsTree;
  readonly lessons: LessonPage;
  readonly tokenizerPanel: TokenizerPanel;
  readonly blocks: BlocksPanel;
  readonly editors: ModelEditors;
  readonly diffs: DiffPages;

  /** Bundle of the threads that read model files for pages. */
  readonly readerScript: Uri;

  constructor(context: ExtensionContext) {
    const { extensionUri } = context;
    this.readerScript = Uri.joinPath(extensionUri, 'out/extension/explore.cjs');
    this.extension = extensionUri;
    this.models = this.#store.add(new ModelRegistry(context));
    this.tokenizers = this.#store.add(new Tokenizers(Uri.joinPath(extensionUri, 'out/extension/tokenize.cjs')));
    this.panel = this.#store.add(new Panel(extensionUri, this.#requests()));
    this.runs = this.#store.add(new Runs(this.panel, this.models, this.tokenizers, this.failures));
    this.decorations = this.#store.add(new Decorations());
    const reread = (cursor: number) => void this.#told(this.rerun({ part: 'cursor', cursor }));
    this.#store.add(new Follow(this.runs, this.decorations, this.panel, reread));
    this.status = this.#store.add(new Status(this.runs));
    const tensors = this.#store.add(new Tensors(Uri.joinPath(extensionUri, 'out/extension/onnx.cjs')));
    this.tree = this.#store.add(new ModelsTree(this.models, this.runs, tensors));
    this.editors = this.#store.add(new ModelEditors(extensionUri, this.models, this.tokenizers));
    this.diffs = this.#store.add(new DiffPages(extensionUri, (uri, place) => this.editors.open(uri, place)));
    this.#store.add(new ConfigDiagnostics(this.readerScript));
    this.#store.add(new ConfigHovers(this.models));
    this.#store.add(new CodeHovers(this.models, this.editors));
    this.#store.add(new HoverCards(this.runs, this.panel, this.models, this.tokenizers));
    this.tokenizerPanel = this.#store.add(new TokenizerPanel(extensionUri, this.models, this.tokenizers, this.failures));
    this.#store.add(window.registerWebviewPanelSerializer(TRY_TYPE, this.tokenizerPanel));
    this.blocks = this.#store.add(new BlocksPanel(extensionUri, this.failures));
    this.#store.add(window.registerWebviewPanelSerializer(BLOCKS_TYPE, this.blocks));
    this.lessons = this.#store.add(new LessonPage(extensionUri));
    this.#store.add(registerCommands(this));
    this.#store.add(registerTools(this));
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
        if (model) await this.#told(this.rerun({ model }));
        return null;
      },
      chooseVariant: async ({ model }) => {
        await this.#told(this.#modelOf(model).then((found) => this.chooseForm(found)));
        return null;
      },
      part: async (wanted) => {
        await this.#told(this.#readPart(wanted));
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

  /**
   * Opens another form of a model from now on, and at once where the model is on view.
   * @param named its entry; null to ask the user
   * @throws HeadlightError `not-found` for an entry that is none of its forms
   */
  async chooseForm(model: Model, named: string | null = null): Promise<void> {
    const device = this.runs.current?.result?.device ?? (deviceSetting() === 'webgpu' ? 'webgpu' : 'wasm');
    const entry = named ?? (await pickForm(model, { device, half: device === 'webgpu' }));
    if (entry === null) return;
    await this.models.choose(model, await formOf(model, entry));
    if (this.panel.isOpen && this.runs.last?.model.id === model.id) await this.rerun({ model });
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

  /** Runs again: the same places of the document with the text that stands there now; the same part of it where no other is asked for. */
  async rerun({ model, part, cursor }: Again = {}): Promise<void> {
    const { last, current } = this.runs;
    if (!last) throw new HeadlightError('input', 'Nothing was visualized yet. Select some text and run Visualize Attention.');
    const now = await currentText(current?.whole ?? last.source, current?.spans ?? null);
    const source = cursor === undefined ? now : { ...now, cursor: placeIn(now, cursor) ?? now.cursor };
    const shown = current && shownNow(current, now);
    const wanted = typeof part === 'function' ? shown && part(now, shown) : (part ?? (shown ? { start: shown.start } : null));
    const sameModel = model === undefined || model.id === last.model.id;
    const { kind, layer, head } = current?.selection ?? {};
    const select = sameModel && kind !== undefined && layer !== undefined && head !== undefined ? { kind, layer, head } : {};
    const target = last.target && (await currentText(last.target, current?.trackedTarget?.spans ?? null));
    const { part: _, ...rest } = last;
    const request = {
      ...rest,
      model: model ?? last.model,
      source,
      ...(target && { target }),
      select,
      ...(wanted ? { part: wanted } : {}),
    };
    const whole = await withBoth(request, last);
    if (whole) await this.runs.start(whole);
  }

  /** Another part of a text that is longer than the model reads. */
  async #readPart(wanted: HostRequests['part']['params']): Promise<void> {
    const run = this.runs.current;
    if (!run) return;
    if ('move' in wanted) return this.rerun({ part: ({ text }, shown) => neighbour(wanted.move, text, shown, run.input.tokens) });
    await workspace.getConfiguration('headlight').update('longTexts', wanted.reads, true);
    const editor = window.visibleTextEditors.find(({ document }) => document.uri.toString() === run.source.uri);
    const cursor = editor ? { cursor: editor.document.offsetAt(editor.selection.active) } : {};
    await this.rerun({ part: wanted.reads === 'beginning' ? 'beginning' : 'cursor', ...cursor });
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
    const sound = restore.sound === undefined ? null : Uri.parse(restore.sound);
    await this.runs.start({
      model,
      source: picture && source.text === '' ? noText(picture) : sound ? noWords(sound) : source,
      ...(picture ? { picture } : {}),
      ...(sound ? { sound } : {}),
      ...(restore.target ? { target: await targetText(restore.target) } : {}),
      ...(restore.partStart === undefined ? {} : { part: { start: restore.partStart } }),
      ...(selection ? { select: selection } : {}),
    });
  }

  dispose(): void {
    this.#store.dispose();
  }
}
