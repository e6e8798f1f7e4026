/** The read-only editors of model files: what VS Code opens in the place of a binary file, and what their buttons do. */
import { type CustomDocument, type CustomReadonlyEditorProvider, commands, env, Uri, type WebviewPanel, window, workspace } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import type { SiteKind } from '../../model/protocol/engine.ts';
import type { PageNotifications } from '../../model/protocol/explorer.ts';
import { Store } from '../lifetime.ts';
import { Model } from '../models/model.ts';
import type { ModelRegistry } from '../models/registry.ts';
import { saveAs } from '../save.ts';
import type { Tokenizers } from '../text/tokenizers.ts';
import { tryText } from '../tokenizer/try.ts';
import { folderOf } from './folder.ts';
import { ModelPage, type PageActions } from './page.ts';

/** Kinds of editors in package.json: model files by default, the index of shards on request. */
export const MODEL_EDITOR = 'headlight.model';
const EDITORS = [MODEL_EDITOR, 'headlight.modelIndex'];

export class ModelEditors implements CustomReadonlyEditorProvider {
  readonly #store = new Store();
  readonly #pages = new Set<ModelPage>();
  /** What a page that VS Code is about to open shows first, by the URI of its file. */
  readonly #wanted = new Map<string, PageNotifications['reveal']>();

  constructor(
    private readonly extension: Uri,
    private readonly models: ModelRegistry,
    private readonly tokenizers: Tokenizers,
  ) {
    const options = { supportsMultipleEditorsPerDocument: true, webviewOptions: { retainContextWhenHidden: true } };
    for (const id of EDITORS) this.#store.add(window.registerCustomEditorProvider(id, this, options));
  }

  /** Pages that are open, for the tests. */
  get pages(): readonly ModelPage[] {
    return [...this.#pages];
  }

  openCustomDocument(uri: Uri): CustomDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor({ uri }: CustomDocument, view: WebviewPanel): void {
    const page = this.#store.add(new ModelPage(uri, view, this.extension, this.#actions(uri)));
    this.#pages.add(page);
    page.onDidClose(() => {
      this.#pages.delete(page);
      this.#store.release(page);
    });
    const wanted = this.#wanted.get(uri.toString());
    this.#wanted.delete(uri.toString());
    if (wanted) page.reveal(wanted);
  }

  /** Opens the page of a file, or brings it to the front. */
  async open(uri: Uri, place?: PageNotifications['reveal']): Promise<void> {
    const page = this.pages.find((one) => one.uri.toString() === uri.toString());
    if (page && place) page.reveal(place);
    else if (place) this.#wanted.set(uri.toString(), place);
    await commands.executeCommand('vscode.openWith', uri, uri.path.endsWith('.json') ? EDITORS[1] : MODEL_EDITOR);
  }

  #actions(uri: Uri): PageActions {
    return {
      visualize: async ({ site }) => {
        const model = await this.modelOf(uri);
        const [kind, layer] = site?.split('/') ?? [];
        if (kind === undefined) await commands.executeCommand('headlight.visualizeAttention', { type: 'model', model });
        else
          await commands.executeCommand('headlight.showHead', {
            type: 'head',
            model,
            kind: kind as SiteKind,
            layer: Number(layer),
            head: 0,
          });
        return null;
      },
      compare: async () => {
        await commands.executeCommand('headlight.compareModels', uri);
        return null;
      },
      tryText: async (params) => tryText(await this.modelOf(uri), this.tokenizers, params),
      openFile: async ({ path }) => {
        const { root, files } = await folderOf(uri);
        if (!files.some((file) => file.path === path)) throw new HeadlightError('not-found', `${path} is no longer beside the model.`);
        await commands.executeCommand('vscode.open', Uri.joinPath(root, path));
        return null;
      },
      copy: async ({ text }) => {
        await env.clipboard.writeText(text);
        return null;
      },
      save: ({ name, bytes }) => saveAs(name, bytes),
    };
  }

  /** The model that the file is or belongs to; one that no search has found is a model all the same. */
  async modelOf(uri: Uri): Promise<Model> {
    const found = await this.models.modelFor(uri);
    if (found) return found;
    const { root, entry, files } = await folderOf(uri);
    const whole = !entry.endsWith('.onnx') && files.some(({ path }) => path === 'config.json');
    const name = whole ? (root.path.split('/').at(-1) ?? entry) : entry.replace(/\.onnx$/, '');
    const origin = workspace.getWorkspaceFolder(uri) ? 'workspace' : 'added';
    return new Model(origin, root, { folder: '', entry: whole ? '' : entry, name, files: files.map(({ path }) => path), problem: null });
  }

  dispose(): void {
    this.#store.dispose();
  }
}
