/**
 * What `activate()` returns: a view on the extension's own state. The tests in a real VS Code read it; other extensions may.
 * Nothing in it changes anything but `row`, which asks the live panel.
 */
import type { Compared, Structure } from '../model/protocol/diff.ts';
import type { PageFacts } from '../model/protocol/explorer.ts';
import type { RowParams, TargetText, Token } from '../model/protocol/panel.ts';
import type { Selection } from '../model/protocol/selection.ts';
import type { App } from './app.ts';
import type { Painted } from './editor/decorations.ts';
import type { DiffPage } from './explore/diff-page.ts';
import type { ModelPage } from './explore/page.ts';
import { liveDisposables } from './lifetime.ts';
import { factsLine } from './models/card.ts';
import type { Origin } from './models/model.ts';

export interface HeadlightApi {
  /** Raised when something here changes its meaning. */
  readonly version: 1;
  /** Milliseconds that activation took. */
  readonly activationMs: number;
  /** What is shown, null without a run. */
  run(): RunView | null;
  /** Ranges (UTF-16 offsets) by step and the outlined query as they were painted last, null when nothing is. */
  painted(): Painted | null;
  /** Text of the status bar item. */
  status(): string;
  /** Code and sentence of the last failure that was told; null after `forgetFailure`. */
  failure(): { readonly code: string; readonly message: string } | null;
  forgetFailure(): void;
  models(): Promise<readonly ModelView[]>;
  /** Things that are owned and not yet disposed; the same number before and after means that nothing leaked. */
  disposables(): number;
  panelIsOpen(): boolean;
  /** Models that the side panel has listed; null before it was shown. */
  listed(): number | null;
  /** Pages of model files that are open, with what they show. */
  pages(): Promise<readonly PageView[]>;
  /** Pages that compare two models, with what differs between them. */
  comparisons(): Promise<readonly ComparisonView[]>;
  /** The weights of a row as the live panel has them. */
  row(params: RowParams): Promise<Float32Array>;
}

export interface RunView {
  readonly model: string;
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly notice: string | null;
  /** The decoder's text as it was run, null without one. */
  readonly target: TargetText | null;
  readonly selection: Selection | null;
  readonly weights: Float32Array | null;
  readonly stale: boolean;
  readonly pinned: boolean;
  /** True once the model has run. */
  readonly done: boolean;
  readonly device: string | null;
  /** The file that ran, and what kind of file it is; null before the run is done. */
  readonly file: { readonly path: string; readonly format: string } | null;
}

export interface ModelView {
  readonly id: string;
  readonly name: string;
  readonly origin: Origin;
  readonly facts: string;
  readonly active: boolean;
  readonly problem: string | null;
}

export interface PageView {
  readonly uri: string;
  /** Null for a file that cannot be shown. */
  readonly facts: PageFacts | null;
  /** What is said of a file that cannot be shown. */
  readonly failure: string | null;
  /** Milliseconds from opening to the first painted facts; null before. */
  readonly paintedMs: number | null;
  /** How much of that is the page's own: until its first script runs, and from there to the facts. */
  readonly ownMs: { readonly load: number; readonly paint: number } | null;
}

export interface ComparisonView {
  readonly base: string;
  readonly other: string;
  /** Null for files that cannot be compared. */
  readonly structure: Structure | null;
  readonly failure: string | null;
  /** Differences of the first so many pairs. */
  readonly compared: readonly Compared[];
}

export function makeApi(app: App, activationMs: number): HeadlightApi {
  return {
    version: 1,
    activationMs,
    run: () => runView(app),
    painted: () => app.decorations.painted,
    status: () => app.status.text,
    failure: () => (app.failures.last ? { code: app.failures.last.code, message: app.failures.last.message } : null),
    forgetFailure: () => app.failures.forget(),
    models: () => modelViews(app),
    disposables: liveDisposables,
    panelIsOpen: () => app.panel.isOpen,
    listed: () => app.tree.listed,
    pages: () => Promise.all(app.editors.pages.map(pageView)),
    comparisons: () => Promise.all(app.diffs.pages.map(comparisonView)),
    row: (params) => app.panel.row(params),
  };
}

async function pageView(page: ModelPage): Promise<PageView> {
  const { uri, paintedMs, ownMs } = page;
  const shown = await page.facts().then(
    (facts) => ({ facts, failure: null }),
    (error: Error) => ({ facts: null, failure: error.message }),
  );
  return { uri: uri.toString(), paintedMs, ownMs, ...shown };
}

const FIRST = 100;

async function comparisonView(page: DiffPage): Promise<ComparisonView> {
  const { base, other } = page.files;
  try {
    const structure = await page.structure();
    const pairs = structure.pairs.slice(0, FIRST).map((_, i) => i);
    return { base, other, structure, failure: null, compared: await page.differences({ pairs, dequantized: false }) };
  } catch (error) {
    return { base, other, structure: null, failure: error instanceof Error ? error.message : String(error), compared: [] };
  }
}

function runView({ runs: { current } }: App): RunView | null {
  if (!current) return null;
  const { modelName, input, selection, weights, stale, pinned, result } = current;
  return {
    model: modelName,
    text: input.text,
    tokens: input.tokens,
    notice: input.notice,
    target: current.target,
    selection,
    weights,
    stale,
    pinned,
    done: result !== null,
    device: result?.device ?? null,
    file: result ? { path: result.model.path, format: result.model.format } : null,
  };
}

async function modelViews({ models }: App): Promise<ModelView[]> {
  const active = await models.active();
  return Promise.all(
    (await models.all()).map(async (model) => {
      const { card, problem } = await model.describe();
      const { id, name, origin, failure } = model;
      return { id, name, origin, facts: factsLine(card), active: id === active?.id, problem: problem ?? failure };
    }),
  );
}
