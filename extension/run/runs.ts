/** Runs: takes text and model, asks tokenizer and panel, keeps the current run and tells everybody what changed. */
import { type CancellationToken, CancellationTokenSource, EventEmitter, type TextDocument, type Uri, workspace } from 'vscode';
import { asHeadlightError, type ErrorCode, HeadlightError } from '../../model/errors.ts';
import type { LongTexts, TargetText, TextInput } from '../../model/protocol/panel.ts';
import type { Selection } from '../../model/protocol/selection.ts';
import type { Failures } from '../failures.ts';
import { imageInput, nameOf } from '../images/pictures.ts';
import { Store } from '../lifetime.ts';
import { firstHead } from '../models/card.ts';
import type { Model } from '../models/model.ts';
import type { ModelRegistry } from '../models/registry.ts';
import type { Panel, Show, ShowOptions } from '../panel/panel.ts';
import { soundInput } from '../sounds/sounds.ts';
import { type Fitted, fitText, type Part, partOf } from '../text/fit.ts';
import type { SourceText } from '../text/source.ts';
import type { Tokenizers } from '../text/tokenizers.ts';
import { withProgress } from './progress.ts';
import { Run } from './run.ts';

export interface RunRequest {
  readonly model: Model;
  readonly source: SourceText;
  /** What the decoder of an encoder–decoder should say; left out: the model says it itself. */
  readonly target?: SourceText;
  /** Which part, if the model cannot read all of it; left out: what the user's setting says. */
  readonly part?: Part;
  /** A picture instead of the text. */
  readonly picture?: Uri;
  /** A sound instead of the text. */
  readonly sound?: Uri;
  readonly select?: Partial<Selection>;
  /** How a saved view looked. */
  readonly look?: unknown;
}

/** What the panel keeps over a reload of the window; the text itself only for a typed sentence. */
export interface Restore {
  readonly model: string;
  readonly uri: string | null;
  readonly stretches: readonly { readonly start: number; readonly length: number }[];
  readonly text: string | null;
  readonly pair: boolean;
  readonly what: string;
  readonly target?: Pick<Restore, 'uri' | 'stretches' | 'text'>;
  /** Where the part that was shown begins in the text; left out for a whole text. */
  readonly partStart?: number;
  /** URI of the picture that was shown instead of a text. */
  readonly picture?: string;
  readonly sound?: string;
}

/** Failures that lie in the model's files; all others say nothing about the model. */
const MODEL_FAULTS: ReadonlySet<ErrorCode> = new Set(['not-found', 'format', 'limit', 'path', 'unsupported', 'shape', 'tokenizer']);

export class Runs {
  readonly #store = new Store();
  readonly #changed = this.#store.add(new EventEmitter<Run | null>());
  readonly #selected = this.#store.add(new EventEmitter<Run>());
  /** Another run, or none. */
  readonly onDidChange = this.#changed.event;
  /** Selection, weights, staleness or measures of the current run. */
  readonly onDidUpdate = this.#selected.event;
  readonly #started = this.#store.add(new EventEmitter<void>());
  /** Somebody asked for a run. */
  readonly onDidStart = this.#started.event;
  readonly #finished = this.#store.add(new EventEmitter<Run>());
  /** A run has ended well and is on view. */
  readonly onDidFinish = this.#finished.event;
  #current: Run | null = null;
  #last: RunRequest | null = null;
  #working: CancellationTokenSource | undefined;

  constructor(
    private readonly panel: Panel,
    private readonly models: ModelRegistry,
    private readonly tokenizers: Tokenizers,
    private readonly failures: Failures,
  ) {
    this.#store.add(panel.onDidClose(() => this.#end()));
    this.#store.add(panel.onDidRestart(() => void this.#showAgain()));
    this.#store.add(panel.onDidSelect(({ selection, weights, grouping }) => this.#update({ selection, weights, grouping })));
    this.#store.add(panel.onDidMeasure(({ heads }) => this.#update({ measures: heads })));
    this.#store.add(workspace.onDidChangeTextDocument(({ document, contentChanges }) => this.#edited(document, contentChanges)));
  }

  get current(): Run | null {
    return this.#current;
  }

  /** A run is on its way. */
  get working(): boolean {
    return this.#working !== undefined;
  }

  /** What was last asked for, also when it failed. */
  get last(): RunRequest | null {
    return this.#last;
  }

  /** @throws HeadlightError with a sentence for the user; `cancelled` when the user or a newer run stopped it */
  async start(request: RunRequest): Promise<Run> {
    this.#working?.cancel();
    const source = new CancellationTokenSource();
    this.#working = source;
    this.#started.fire();
    const { look: _, ...again } = request;
    this.#last = again;
    try {
      return await withProgress(`Headlight: ${request.model.name}`, source, (work) => this.#run(request, work.token, work.report));
    } catch (error) {
      if (source.token.isCancellationRequested) throw new HeadlightError('cancelled', 'The run was cancelled.', { cause: error });
      const known = asHeadlightError(error, 'internal', 'The run failed');
      this.#noteFailure(request.model, known);
      throw known;
    } finally {
      if (this.#working === source) this.#working = undefined;
      source.dispose();
    }
  }

  cancel(): void {
    this.#working?.cancel();
  }

  async #run(
    request: RunRequest,
    token: CancellationToken,
    onProgress: (progress: { fraction: number | null; words: string }) => void,
  ): Promise<Run> {
    const { model } = request;
    model.assertUsable();
    const { card, problem } = await model.describe();
    if (problem) throw new HeadlightError('unsupported', `${model.name} cannot be used. ${problem}`);
    // A picture that another model was shown stays in the request; a model that reads text only leaves it aside.
    const picture = card.input === 'text' && request.source.text.trim() !== '' ? undefined : request.picture;
    if (picture && card.input !== 'text and image') return this.#runPicture(request, picture, token, onProgress);
    if (!picture && card.input === 'text and image') {
      throw new HeadlightError('input', `${model.name} reads a picture and a text together. Run Visualize Attention on a picture.`);
    }
    const sound = card.input === 'text' && request.source.text.trim() !== '' ? undefined : request.sound;
    if (sound) return this.#runSound(request, sound, token, onProgress);
    if (card.input === 'sound') {
      throw new HeadlightError('input', `${model.name} listens to sounds. Choose a .wav file, or a model that reads text.`);
    }
    if (card.input === 'image') {
      throw new HeadlightError('input', `${model.name} reads pictures, not text. Choose a picture, or a model that reads text.`);
    }
    onProgress({ fraction: null, words: 'cutting the text into tokens' });
    const encode = (text: string, pair: string | null) => this.tokenizers.encode(model, text, pair);
    const fitted = await fitText(request.source, card.maxTokens, model.name, encode, request.part ?? partSetting());
    stopIfCancelled(token);
    const target = request.target && card.hasTarget ? await this.#target(model, request.target) : null;
    stopIfCancelled(token);
    const input = { ...inputOf(request.source, fitted), ...(target && { target }) };
    const place = { whole: request.source, shown: fitted.shown, targetSource: request.target };
    const run = new Run(model.id, model.name, fitted.source, input, place);
    this.panel.open(titleOf(fitted.source));
    const show = await this.#showParams(request, run, fitted);
    return this.#show(run, request, picture ? await withPicture(show, model, picture) : show, { token, onProgress });
  }

  /** The target's own tokens: what begins and ends a text, the panel knows of the model. */
  async #target(model: Model, { text }: SourceText): Promise<TargetText> {
    if (text.trim() === '') throw new HeadlightError('empty', 'The target text is empty. Type or select one, then run again.');
    return { text, tokens: (await this.tokenizers.encode(model, text, null, false)).tokens };
  }

  async #runPicture(request: RunRequest, picture: Uri, token: CancellationToken, onProgress: ShowOptions['onProgress']): Promise<Run> {
    const { model, source, select } = request;
    const { card } = await model.describe();
    if (card.input !== 'image') {
      throw new HeadlightError('input', `${model.name} does not read pictures. Choose a model that does, or a text.`);
    }
    const input = { ...(await imageInput(model, picture)), picture };
    const files = await model.modelFiles();
    stopIfCancelled(token);
    this.panel.open(`Headlight: ${nameOf(picture)}`);
    const run = new Run(model.id, model.name, source, { kind: 'text', text: '', tokens: [], notice: null }, { ofPicture: true });
    const show: Show = {
      root: model.root,
      model: files,
      input,
      run: {},
      select: { ...firstHead(card), ...select },
      knownHeads: card.knownHeads,
      device: deviceSetting(),
      restore: { ...restoreOf(model, source), picture: picture.toString() },
    };
    return this.#show(run, request, show, { token, onProgress });
  }

  async #runSound(request: RunRequest, sound: Uri, token: CancellationToken, onProgress: ShowOptions['onProgress']): Promise<Run> {
    const { model, source, select } = request;
    const { card } = await model.describe();
    if (card.input !== 'sound') throw new HeadlightError('input', `${model.name} does not listen. Choose a Whisper model, or a text.`);
    const heard = { ...(await soundInput(model, sound)), uri: '' };
    const files = await model.modelFiles();
    stopIfCancelled(token);
    this.panel.open(`Headlight: ${nameOf(sound)}`);
    const input: TextInput = { kind: 'text', text: '', tokens: [], notice: null };
    const run = new Run(model.id, model.name, source, input, { ofPicture: true });
    const show: Show = {
      root: model.root,
      model: files,
      input: { ...input, sound: heard },
      sound,
      run: {},
      select: { kind: 'cross', ...firstHead(card), ...select },
      knownHeads: card.knownHeads,
      device: deviceSetting(),
      restore: { ...restoreOf(model, source), sound: sound.toString() },
    };
    return this.#show(run, request, show, { token, onProgress });
  }

  async #show(run: Run, { model, look }: RunRequest, show: Show, options: ShowOptions): Promise<Run> {
    this.#setCurrent(run);
    try {
      const result = await this.panel.show(look === undefined ? show : { ...show, look }, options);
      this.#noteResult(run, model, result);
      return run;
    } catch (error) {
      if (this.#current === run) this.#setCurrent(null);
      const known = asHeadlightError(error, 'internal', 'The run failed');
      this.failures.shownInPanel(known);
      throw known;
    }
  }

  async #showParams({ model, select, target }: RunRequest, run: Run, { source, encoded }: Fitted): Promise<Show> {
    const { card } = await model.describe();
    const known = firstHead(card);
    return {
      root: model.root,
      model: await model.modelFiles(),
      input: run.input,
      run: { ids: encoded.tokens.map(({ id }) => id), typeIds: encoded.typeIds },
      select: { ...known, ...(known?.kind === 'cross' ? {} : { query: firstQuery(run, source) }), ...select },
      knownHeads: card.knownHeads,
      device: deviceSetting(),
      restore: { ...restoreOf(model, run.whole, run.shown?.start), ...(target && { target: textOf(target) }) },
    };
  }

  #noteResult(run: Run, model: Model, result: Run['result']): void {
    run.result = result;
    run.takeTarget(result?.target ?? null);
    run.selection ??= result?.selection ?? null;
    model.failure = null;
    if (result) model.opened = result;
    this.models.touch();
    if (this.#current !== run) return;
    this.#selected.fire(run);
    this.#finished.fire(run);
  }

  #noteFailure(model: Model, error: HeadlightError): void {
    if (!MODEL_FAULTS.has(error.code)) return;
    model.failure = error.message;
    if (error.code === 'not-found') model.forget();
    if (error.code === 'tokenizer') this.tokenizers.forget(model);
    this.models.touch();
  }

  /** Shows the current run in a page that was loaded anew. */
  async #showAgain(): Promise<void> {
    const run = this.#current;
    if (!run || !this.#last || this.#working) return;
    const select = run.selection ?? {};
    await this.start({ ...this.#last, source: run.whole, select, ...(run.shown ? { part: { start: run.shown.start } } : {}) }).catch(() =>
      this.#setCurrent(null),
    );
  }

  select(selection: Partial<Selection>): void {
    this.panel.notify('select', selection);
  }

  togglePin(token: number | null): void {
    const run = this.#current;
    if (!run) return;
    const other = token !== null && run.selection?.query !== token;
    run.pinned = other || !run.pinned;
    if (other) this.select({ query: token });
    this.#selected.fire(run);
  }

  #update(news: Partial<Pick<Run, 'selection' | 'weights' | 'grouping' | 'measures'>>): void {
    const run = this.#current;
    if (!run) return;
    Object.assign(run, news);
    // A row of the run before this one may still be on its way.
    if (run.weights && !run.ofPicture && run.weights.length !== run.keyTokens.length) run.weights = null;
    this.#selected.fire(run);
  }

  #edited(document: TextDocument, changes: readonly { rangeOffset: number; rangeLength: number; text: string }[]): void {
    const run = this.#current;
    if (!run?.tracked || document.uri.toString() !== run.source.uri || changes.length === 0) return;
    const before = run.stale;
    const edits = changes.map(({ rangeOffset, rangeLength, text }) => ({ start: rangeOffset, length: rangeLength, inserted: text.length }));
    const text = document.getText();
    run.edit(edits, (start, end) => text.slice(start, end));
    if (run.stale !== before) this.panel.notify('stale', { stale: run.stale });
    this.#selected.fire(run);
  }

  #setCurrent(run: Run | null): void {
    this.#current = run;
    this.#changed.fire(run);
  }

  #end(): void {
    this.#working?.cancel();
    this.#setCurrent(null);
  }

  dispose(): void {
    this.#working?.cancel();
    this.#store.dispose();
  }
}

/** What a model of two towers is shown: the text's tokens and the picture; it opens on the picture. */
async function withPicture(show: Show, model: Model, picture: Uri): Promise<Show> {
  const { query: _, ...select } = show.select;
  const restore = { ...(show.restore as Restore), picture: picture.toString() };
  return { ...show, picture: { ...(await imageInput(model, picture)), picture }, select, restore };
}

function stopIfCancelled(token: CancellationToken): void {
  if (token.isCancellationRequested) throw new HeadlightError('cancelled', 'The run was cancelled.');
}

function inputOf(whole: SourceText, { source, encoded, notice, shown }: Fitted): TextInput {
  const part = shown ? { part: partOf(whole.text, shown, longTextsSetting()) } : {};
  return { kind: 'text', text: source.text, tokens: encoded.tokens, notice, ...part };
}

/** The token at the cursor, else the last one that stands for characters. */
function firstQuery(run: Run, source: SourceText): number {
  const { tokens } = run.input;
  const at = tokens.findIndex(({ start, end }) => end > start && start <= source.cursor && source.cursor < end);
  if (at >= 0) return at;
  return Math.max(
    0,
    tokens.findLastIndex(({ start, end }) => end > start && start <= source.cursor),
  );
}

export const longTextsSetting = () => workspace.getConfiguration('headlight').get<LongTexts>('longTexts', 'cursor');
const partSetting = (): Part => (longTextsSetting() === 'beginning' ? 'beginning' : 'cursor');

/** What the user set. */
export const deviceSetting = () => workspace.getConfiguration('headlight').get<'auto' | 'webgpu' | 'wasm'>('device', 'auto');

const TITLE_LENGTH = 40;

function titleOf({ text }: SourceText): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return `Headlight: ${line.length > TITLE_LENGTH ? `${line.slice(0, TITLE_LENGTH)}…` : line}`;
}

function restoreOf(model: Model, source: SourceText, partStart?: number): Restore {
  const part = partStart === undefined ? {} : { partStart };
  return { model: model.id, ...textOf(source), pair: source.second !== null, what: source.what, ...part };
}

function textOf({ uri, pieces, text }: SourceText): Pick<Restore, 'uri' | 'stretches' | 'text'> {
  return { uri, stretches: pieces.map(({ start, length }) => ({ start, length })), text: uri === null ? text : null };
}
