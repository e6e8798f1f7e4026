/**
 * All models: built-in, the workspace's, those of added folders. Scans begin when somebody asks first, follow the file system
 * afterwards (collected, so that a thousand new files are one scan), and never block: what is known stays until the scan is done.
 */
import { EventEmitter, type ExtensionContext, FileType, RelativePattern, Uri, type WorkspaceFolder, workspace } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import { Store } from '../lifetime.ts';
import { type Candidate, findCandidates, MODEL_GLOB } from './candidates.ts';
import { Model, type Origin } from './model.ts';

const ACTIVE = 'headlight.activeModel';
const CHOSEN = 'headlight.chosenForms';
const FOLDERS = 'modelFolders';
const CACHE = 'huggingFaceCache';
/** Quiet time after the last change before the workspace is scanned again. */
const SETTLE_MS = 400;
const SECOND_LOOK_MS = 5000;
const FILE_LIMIT = 50_000;
const WALK_DEPTH = 4;

export class ModelRegistry {
  readonly #store = new Store();
  readonly #changed = this.#store.add(new EventEmitter<void>());
  readonly onDidChange = this.#changed.event;
  #models: readonly Model[] = [];
  #scan: Promise<void> | undefined;
  #again: NodeJS.Timeout | undefined;

  constructor(private readonly context: ExtensionContext) {}

  get models(): readonly Model[] {
    return this.#models;
  }

  /** The models, after the first scan. */
  async all(): Promise<readonly Model[]> {
    await (this.#scan ?? this.#begin());
    return this.#models;
  }

  #begin(): Promise<void> {
    const watch = (pattern: string | RelativePattern) => {
      const watcher = this.#store.add(workspace.createFileSystemWatcher(pattern));
      for (const event of [watcher.onDidCreate, watcher.onDidDelete, watcher.onDidChange])
        this.#store.add(event((uri) => this.#touched(uri)));
    };
    watch(MODEL_GLOB);
    for (const folder of addedFolders()) if (!workspace.getWorkspaceFolder(folder)) watch(new RelativePattern(folder, MODEL_GLOB));
    // A folder that comes or goes may be one event of its own, which no pattern of files matches.
    const folders = this.#store.add(workspace.createFileSystemWatcher('**', false, true, false));
    this.#store.add(folders.onDidDelete((uri) => this.#deleted(uri)));
    this.#store.add(folders.onDidCreate((uri) => this.#created(uri)));
    // Watching takes a moment to begin: what appears meanwhile is found by a second look.
    this.#later(SECOND_LOOK_MS);
    this.#store.add(workspace.onDidChangeWorkspaceFolders(() => this.#later()));
    this.#store.add(
      workspace.onDidChangeConfiguration((change) => {
        const folders = [FOLDERS, CACHE].some((key) => change.affectsConfiguration(`headlight.${key}`));
        if (folders || change.affectsConfiguration('files.exclude')) this.#later();
      }),
    );
    return this.refresh();
  }

  #touched(uri: Uri): void {
    for (const model of this.#models) if (uri.toString().startsWith(`${model.root.toString()}/`)) model.forget();
    this.#later();
  }

  #deleted(uri: Uri): void {
    if (this.#models.some(({ root }) => root.toString() === uri.toString() || root.toString().startsWith(`${uri.toString()}/`)))
      this.#later();
  }

  /** Files of models have names with an ending and are watched by them; a name without one is probably a folder. */
  #created(uri: Uri): void {
    if (!/\.[^/]+$/.test(uri.path)) this.#later();
  }

  #later(delayMs = SETTLE_MS): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.refresh(), delayMs);
  }

  /** Scans anew. Models that are still there stay the same objects. */
  refresh(): Promise<void> {
    const before = new Map(this.#models.map((model) => [model.id, model]));
    this.#scan = scan(this.context.extensionUri).then((found) => {
      if (this.#store.disposed) return;
      this.#models = found.map((model) => sameAs(before.get(model.id), model));
      for (const model of this.#models) model.chosen = this.#forms[model.id] ?? null;
      this.#changed.fire();
    });
    return this.#scan;
  }

  /** Tells the views that something about a model is new. */
  touch(): void {
    this.#changed.fire();
  }

  /** The chosen model, null when it is gone; where none was chosen yet the built-in language model, else the first usable one. */
  async active(): Promise<Model | null> {
    const models = await this.all();
    const chosen = this.#chosen;
    if (chosen) return models.find((model) => model.id === chosen.id) ?? null;
    const usable = models.filter(({ candidate }) => candidate.problem === null);
    return usable.find(({ name }) => name === 'headlight-gpt') ?? usable[0] ?? null;
  }

  /**
   * The same for a command that needs one.
   * @throws HeadlightError `not-found` when the chosen model is gone or there is none at all
   */
  async needActive(): Promise<Model> {
    const model = await this.active();
    if (model) return model;
    if (this.#chosen)
      throw new HeadlightError('not-found', `The model ${this.#chosen.name} is no longer there. Put it back or choose another one.`);
    throw new HeadlightError(
      'not-found',
      'No model was found. Put an .onnx file or a model folder into the workspace, or add a folder with models.',
    );
  }

  get #chosen(): { readonly id: string; readonly name: string } | undefined {
    return this.context.workspaceState.get(ACTIVE);
  }

  async setActive(model: Model): Promise<void> {
    await this.context.workspaceState.update(ACTIVE, { id: model.id, name: model.name });
    this.#changed.fire();
  }

  /** Entries by the model's id. */
  get #forms(): Readonly<Record<string, string>> {
    return this.context.workspaceState.get(CHOSEN, {});
  }

  /** Remembers which form of a model is opened. */
  async choose(model: Model, entry: string): Promise<void> {
    model.chosen = entry;
    await this.context.workspaceState.update(CHOSEN, { ...this.#forms, [model.id]: entry });
    this.#changed.fire();
  }

  /** The model that a file or folder is, or belongs to; a chosen `.onnx` file of a model folder is that folder's model with that entry. */
  async modelFor(uri: Uri): Promise<Model | null> {
    const models = await this.all();
    const own = models.find((model) => model.id === uri.toString());
    if (own) return own;
    const holder = models.find((model) => model.candidate.entry === '' && uri.toString().startsWith(`${model.root.toString()}/`));
    if (!holder || !uri.path.endsWith('.onnx')) return holder ?? null;
    const entry = uri.path.slice(holder.root.path.length + 1);
    return new Model(holder.origin, holder.root, { ...holder.candidate, entry, name: `${holder.name} · ${entry}` });
  }

  async byId(id: string): Promise<Model | null> {
    return (await this.all()).find((model) => model.id === id) ?? null;
  }

  async addFolder(folder: Uri): Promise<void> {
    const configuration = workspace.getConfiguration('headlight');
    const folders = configuration.get<string[]>(FOLDERS, []);
    const path = folder.scheme === 'file' ? folder.fsPath : folder.toString();
    if (!folders.includes(path)) await configuration.update(FOLDERS, [...folders, path], true);
    await this.refresh();
  }

  dispose(): void {
    clearTimeout(this.#again);
    this.#store.dispose();
  }
}

function sameAs(before: Model | undefined, now: Model): Model {
  if (!before) return now;
  const same = before.candidate.problem === now.candidate.problem && before.candidate.files.join() === now.candidate.files.join();
  return same ? before : now;
}

/** Where the Hugging Face libraries keep what they download, unless the environment says otherwise. */
function cacheFolder(): Uri {
  const { HF_HUB_CACHE, HF_HOME, HOME, USERPROFILE } = process.env;
  if (HF_HUB_CACHE) return Uri.file(HF_HUB_CACHE);
  const home = HF_HOME ? Uri.file(HF_HOME) : Uri.joinPath(Uri.file(HOME ?? USERPROFILE ?? '/'), '.cache/huggingface');
  return Uri.joinPath(home, 'hub');
}

/** Folders outside the workspace that the user added, and the Hugging Face cache where the user allows it. */
export function addedFolders(): Uri[] {
  const cache = workspace.getConfiguration('headlight').get<boolean>(CACHE, false) ? [cacheFolder()] : [];
  return [...namedFolders(), ...cache];
}

function namedFolders(): Uri[] {
  const paths = workspace.getConfiguration('headlight').get<string[]>(FOLDERS, []);
  return paths.map((path) => (/^[a-z][a-z0-9+.-]+:\/\//i.test(path) ? Uri.parse(path) : Uri.file(path)));
}

async function scan(extension: Uri): Promise<Model[]> {
  const [builtIn, added, own] = await Promise.all([
    walk(Uri.joinPath(extension, 'media/models')).then((paths) => toModels('built-in', Uri.joinPath(extension, 'media/models'), paths)),
    Promise.all(addedFolders().map(async (folder) => toModels('added', folder, await walk(folder)))),
    Promise.all((workspace.workspaceFolders ?? []).map(scanWorkspaceFolder)),
  ]);
  const models = [...builtIn, ...own.flat(), ...added.flat()];
  return models.filter((model, index) => models.findIndex(({ id }) => id === model.id) === index);
}

/** `files.exclude` holds, as in every search that is not told otherwise. */
async function scanWorkspaceFolder(folder: WorkspaceFolder): Promise<Model[]> {
  const uris = await workspace.findFiles(new RelativePattern(folder, MODEL_GLOB), undefined, FILE_LIMIT);
  const base = `${folder.uri.path.replace(/\/$/, '')}/`;
  const paths = uris.filter(({ path }) => path.startsWith(base)).map(({ path }) => path.slice(base.length));
  return toModels('workspace', folder.uri, paths, folder.name);
}

function toModels(origin: Origin, root: Uri, paths: readonly string[], rootName = root.path.split('/').at(-1) ?? ''): Model[] {
  return findCandidates(paths, rootName).map((candidate: Candidate) => new Model(origin, Uri.joinPath(root, candidate.folder), candidate));
}

/** Paths of all files below a folder that is not in the workspace, a few levels deep; nothing for a folder that is not there. */
async function walk(root: Uri, folder = '', depth = WALK_DEPTH): Promise<string[]> {
  const entries = await Promise.resolve(workspace.fs.readDirectory(Uri.joinPath(root, folder))).catch(() => []);
  const paths = await Promise.all(
    entries.map(async ([name, type]) => {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (type & FileType.Directory) return depth > 0 && !name.startsWith('.') ? walk(root, path, depth - 1) : [];
      return [path];
    }),
  );
  return paths.flat();
}
