/** *Compare Models…*: which two are meant, and their page. */
import { Uri, ViewColumn, type WebviewPanel, window } from 'vscode';
import { HeadlightError } from '../../model/errors.ts';
import { Store } from '../lifetime.ts';
import type { Model } from '../models/model.ts';
import type { ModelRegistry } from '../models/registry.ts';
import { pickModel } from '../pickers.ts';
import { pageFileOf } from './commands.ts';
import { type Compared, DiffPage, type OpenAt } from './diff-page.ts';

export const DIFF_TYPE = 'headlight.diff';

export class DiffPages {
  readonly #store = new Store();
  readonly #pages = new Set<DiffPage>();

  constructor(
    private readonly extension: Uri,
    private readonly openAt: OpenAt,
  ) {
    this.#store.add(window.registerWebviewPanelSerializer(DIFF_TYPE, this));
  }

  /** Pages that are open, for the tests. */
  get pages(): readonly DiffPage[] {
    return [...this.#pages];
  }

  /** Opens the page of two files, or brings it to the front. */
  open(base: Uri, other: Uri): void {
    const compared = { base: base.toString(), other: other.toString() };
    const known = this.pages.find(({ files }) => files.base === compared.base && files.other === compared.other);
    if (known) known.view.reveal();
    else this.#adopt(compared, window.createWebviewPanel(DIFF_TYPE, 'Headlight', ViewColumn.Active, { retainContextWhenHidden: true }));
  }

  /** After a reload of the window. */
  async deserializeWebviewPanel(view: WebviewPanel, state: Partial<Compared> | undefined): Promise<void> {
    if (state?.base && state.other) this.#adopt({ base: state.base, other: state.other }, view);
    else view.dispose();
  }

  #adopt(compared: Compared, view: WebviewPanel): void {
    const page = this.#store.add(new DiffPage(compared, view, this.extension, this.openAt));
    this.#pages.add(page);
    page.onDidClose(() => {
      this.#pages.delete(page);
      this.#store.release(page);
    });
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** A model or a file that a command was called on. */
export type Meant = Model | Uri;

/**
 * The two files, first the base: those that were meant, the rest asked for. Null when the user left.
 * @throws HeadlightError `input` for a file that is compared with itself
 */
export async function twoToCompare(models: ModelRegistry, meant: readonly Meant[]): Promise<readonly [Uri, Uri] | null> {
  const [first, second] = meant;
  const base = first ?? (await pickModel(models, 'Compare: which model is the base?'));
  if (!base) return null;
  const other = second ?? (await pickModel(models, 'Compare: with which model? For example, the fine-tuned one.'));
  if (!other) return null;
  const files = [await fileOf(base), await fileOf(other)] as const;
  if (files[0].toString() === files[1].toString()) throw new HeadlightError('input', 'That is the same file twice. Choose two models.');
  return files;
}

const fileOf = async (meant: Meant) => (meant instanceof Uri ? meant : pageFileOf(meant));
