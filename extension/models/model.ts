/** A model that was found: where it lies, and what its small files say about it, read once when somebody asks. */
import { FileType, Uri, workspace } from 'vscode';
import { asHeadlightError, HeadlightError } from '../../model/errors.ts';
import { type Form, formsOf } from '../../model/forms.ts';
import type { Abilities } from '../../model/onnx/folder.ts';
import type { ModelFiles, OpenResult } from '../../model/protocol/engine.ts';
import type { FileEntry, ModelFolder } from '../../model/source.ts';
import { openFolder } from '../files/bytes.ts';
import type { Candidate } from './candidates.ts';
import { makeCard } from './card.ts';
import { type Description, describe } from './describe.ts';

export type Origin = 'built-in' | 'workspace' | 'added';

/** Files of one folder beyond this number are not looked at. */
const FOLDER_LIMIT = 2000;
const CHECKPOINT = 'model.safetensors';
/** What a model is judged by until a run has told its device. */
const CPU: Abilities = { device: 'wasm', half: false };
/** Subfolders that belong to a model folder. */
const INNER = ['onnx'];

const NO_CARD = makeCard({ config: null, tokenizerConfig: null, tokenizerKind: null, measured: null, parameters: null });

export class Model {
  /** What a run found out about it; wins over the files' own words. */
  opened: Pick<OpenResult, 'model' | 'sites' | 'refused'> | null = null;
  /** What went wrong when it was last run, null after a run that went well. */
  failure: string | null = null;
  /** Entry of the form that the user chose among several; null for the preferred one. */
  chosen: string | null = null;
  #files: Promise<readonly FileEntry[]> | undefined;
  #description: Promise<Description> | undefined;
  #known: Description | null = null;

  constructor(
    readonly origin: Origin,
    /** Folder that the paths of its files count from. */
    readonly root: Uri,
    readonly candidate: Candidate,
  ) {}

  /** Stable identity: the URI of file or folder. */
  get id(): string {
    return this.uri.toString();
  }

  get uri(): Uri {
    return this.candidate.entry === '' ? this.root : Uri.joinPath(this.root, this.candidate.entry);
  }

  get name(): string {
    return this.candidate.name;
  }

  /** All files with their lengths. */
  files(): Promise<readonly FileEntry[]> {
    this.#files ??= listFiles(this.root, this.candidate.entry).catch((error) => {
      this.#files = undefined;
      throw new HeadlightError('not-found', `${this.name} is no longer where it was (${this.root.fsPath}).`, { cause: error });
    });
    return this.#files;
  }

  async folder(): Promise<ModelFolder> {
    return openFolder(this.root, await this.files());
  }

  /** Card and problem; never throws, a failure is the problem. */
  describe(): Promise<Description> {
    this.#description ??= this.folder()
      .then(describe)
      .then(({ card, problem }) => ({ card, problem: this.candidate.problem ?? problem }))
      .catch((error): Description => {
        this.#description = undefined;
        return { card: NO_CARD, problem: asHeadlightError(error, 'read', `${this.name} cannot be read`).message };
      })
      .then((description) => {
        this.#known = description;
        return description;
      });
    return this.#description;
  }

  /** Card and problem where they were read already, else null: for lists that must not wait. */
  get known(): Description | null {
    return this.#known;
  }

  /** Forgets what was read, after files changed. */
  forget(): void {
    this.#files = undefined;
    this.#description = undefined;
    this.#known = null;
    this.opened = null;
    this.failure = null;
  }

  /** The same model as the engine wants it. */
  async modelFiles(): Promise<ModelFiles> {
    const files = await this.files();
    const forms = await this.forms();
    const chosen = forms.find(({ entry }) => entry === this.chosen)?.entry;
    const entry = this.candidate.entry || (chosen ?? this.#preferred(files));
    return { id: this.id, name: this.name, entry, files, ...(forms.length > 1 && { forms: forms.length }) };
  }

  /** The forms that its folder holds; a model that is one file has none to choose among. */
  async forms(abilities: Abilities = CPU): Promise<readonly Form[]> {
    if (this.candidate.entry !== '') return [];
    const { card } = await this.describe();
    const folder = await this.folder();
    return formsOf(folder, abilities, { dtype: card.dtype, checkpointFirst: this.#preferred(folder.files) !== '' });
  }

  /** Built-in models come in both forms while they are developed; in the checkpoint's graph every stage has its name. */
  #preferred(files: readonly FileEntry[]): string {
    return this.origin === 'built-in' && files.some(({ path }) => path === CHECKPOINT) ? CHECKPOINT : '';
  }

  /** @throws HeadlightError `unsupported` with the reason when names already tell that it cannot be used */
  assertUsable(): void {
    if (this.candidate.problem) throw new HeadlightError('unsupported', `${this.name} cannot be used. ${this.candidate.problem}`);
  }
}

/** The entry of a model's form, once it is known to be there. @throws HeadlightError `not-found` */
export async function formOf(model: Model, entry: string): Promise<string> {
  if ((await model.forms()).some((form) => form.entry === entry)) return entry;
  throw new HeadlightError('not-found', `${model.name} has no variant ${entry}.`);
}

async function listFiles(root: Uri, entry: string): Promise<readonly FileEntry[]> {
  const names = await namesIn(root, '', (name) => entry === '' || name === entry || !name.endsWith('.onnx'));
  if (entry === '') {
    const folders = await workspace.fs.readDirectory(root);
    for (const [name, type] of folders) {
      if (type & FileType.Directory && INNER.includes(name)) names.push(...(await namesIn(root, name, () => true)));
    }
  }
  const sized = await Promise.all(names.map(async (path) => ({ path, size: (await workspace.fs.stat(Uri.joinPath(root, path))).size })));
  return sized.sort((a, b) => a.path.localeCompare(b.path));
}

async function namesIn(root: Uri, folder: string, wanted: (name: string) => boolean): Promise<string[]> {
  const entries = await workspace.fs.readDirectory(Uri.joinPath(root, folder));
  return entries
    .filter(([name, type]) => type & FileType.File && wanted(name))
    .slice(0, FOLDER_LIMIT)
    .map(([name]) => (folder === '' ? name : `${folder}/${name}`));
}
