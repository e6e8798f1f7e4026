/** Showing a model on something: start the engine, open the model, run it, say how far it is; and everything that can go wrong with that. */
import { batch, type Signal, signal } from '@preact/signals';
import { type CancellationToken, CancellationTokenSource } from 'vscode-jsonrpc';
import { asHeadlightError, type ErrorCode, HeadlightError } from '../../model/errors.ts';
import { type Given, missingInputs, tensorOf } from '../../model/onnx/given.ts';
import type { Call, Progress } from '../../model/protocol/channel.ts';
import type { OpenResult, RunParams, RunResult } from '../../model/protocol/engine.ts';
import type { ShowParams, ShowResult } from '../../model/protocol/panel.ts';
import type { Selection } from '../../model/protocol/selection.ts';
import type { HostChannel } from '../host.ts';
import { classLogits, classShares } from '../image/classes.ts';
import { placeOfPatch, placesOf } from '../image/places.ts';
import { firstPosition, prepareScene, type Scene } from '../image/scene.ts';
import { continuedInput } from './continued.ts';
import { Generation } from './generation.ts';
import { Maps } from './maps.ts';
import { applyLook } from './saved.ts';
import { withinRun } from './select.ts';
import { readSound } from './sound.ts';
import { type Store, setView, windowOf } from './store.ts';
import { withTarget } from './target.ts';
import { type Asking, type Engine, type Session, type Site, siteKey } from './types.ts';
import { Vocabulary } from './vocabulary.ts';

type Host = Pick<HostChannel, 'request'>;

/** Another form of a model may have other sites. */
const isSameGraph = (a: ShowParams, b: ShowParams) => a.model.id === b.model.id && a.model.entry === b.model.entry;

interface Open {
  readonly id: string;
  readonly entry: string;
  readonly opened: OpenResult;
}

export class Sessions {
  readonly maps: Signal<Maps | null> = signal(null);
  /** Names of the tokens of the model on show. */
  readonly vocabulary: Signal<Vocabulary | null> = signal(null);
  #open: Open | null = null;
  #cancel: CancellationTokenSource | null = null;
  #host: Host | null = null;
  readonly #generations = new WeakMap<Session, Generation>();
  /** What the user gave for inputs that nothing fills, by model. */
  readonly #given = new Map<string, readonly Given[]>();
  #asked: ShowParams | null = null;

  constructor(
    private readonly store: Store,
    private readonly engine: Engine,
  ) {}

  /** From here on the host can be asked about tokens. */
  connect(host: Host): void {
    this.#host = host;
  }

  /** A question to the engine that belongs to no map. @throws HeadlightError whatever the engine says */
  ask: Engine['request'] = (method, params, options) => this.engine.request(method, params, options);

  /** @throws HeadlightError whatever went wrong; the panel shows the same sentence. */
  async show(params: ShowParams, call?: Call): Promise<ShowResult> {
    this.#cancel?.cancel();
    this.#asked = params;
    const cancel = new CancellationTokenSource();
    this.#cancel = cancel;
    const forward = call?.token.onCancellationRequested(() => cancel.cancel());
    try {
      return await this.#run(params, cancel.token, this.#progress(call));
    } catch (error) {
      const known = asHeadlightError(error, 'internal', 'The model could not be shown');
      if (this.#cancel === cancel) this.#fail(known);
      if (['memory', 'runtime', 'disposed', 'internal'].includes(known.code)) this.#close();
      throw known;
    } finally {
      forward?.dispose();
      cancel.dispose();
      if (this.#cancel === cancel) this.#cancel = null;
    }
  }

  /** After a cancel the run before stays, as long as its weights can still be had; any other failure takes its place. */
  #fail({ code, message }: HeadlightError): void {
    const before = code === 'cancelled' && this.maps.peek() !== null && this.store.session.peek() !== null;
    const asks = ASKS_AGAIN.has(code) ? this.#missing(message) : null;
    this.store.phase.value = before ? { at: 'ready' } : (asks ?? { at: 'failed', error: { code, message } });
    this.store.said.value = message;
  }

  /** The inputs of the open model that the user must give, as a phase; null when there are none. What did not do is forgotten, and asked for again. */
  #missing(problem: string): Asking | null {
    const [open, asked] = [this.#open, this.#asked];
    const inputs = open && asked?.model.id === open.id ? missingInputs(open.opened.inputs, []) : [];
    if (!asked || inputs.length === 0) return null;
    const given = this.#givenTo(asked);
    this.#given.delete(asked.model.id);
    return { at: 'asking', inputs, given, problem: given.length > 0 ? problem : null, tokens: tokensOf(asked) };
  }

  #givenTo({ model }: ShowParams): readonly Given[] {
    return this.#given.get(model.id) ?? [];
  }

  /** Takes what the user gave for the missing inputs, and runs again. It is kept for later texts. */
  async give(given: readonly Given[]): Promise<void> {
    const asked = this.#asked;
    if (!asked) return;
    this.#given.set(asked.model.id, given);
    // What goes wrong is on show already, and told to whoever asked first.
    await this.#host?.request('rerun', null);
  }

  /** Stops what is under way. */
  cancel(): void {
    this.#cancel?.cancel();
  }

  dispose(): void {
    this.cancel();
    this.maps.peek()?.end();
    this.engine.dispose();
  }

  #progress(call: Call | undefined): (progress: Progress) => void {
    const since = performance.now();
    return ({ fraction, words }) => {
      this.store.phase.value = { at: 'working', fraction, words, since };
      call?.progress(fraction, words);
    };
  }

  async #run(params: ShowParams, token: CancellationToken, onProgress: (progress: Progress) => void): Promise<ShowResult> {
    onProgress({ fraction: null, words: `Opening ${params.model.name}` });
    const opened = await this.#ensureOpen(params, token, onProgress);
    if (opened.problem) throw new HeadlightError(opened.problem.code, opened.problem.message);
    const picture = params.input.kind === 'image' ? params.input : params.picture;
    const prepared = picture ? await prepareScene(picture) : null;
    const raw = this.#raw(params, opened);
    const { show, heard } = await this.#hear(params, token);
    const asked = await withTarget(show, opened, { engine: this.engine, host: this.#host, token, onProgress });
    onProgress({ fraction: null, words: `Running ${params.model.name}` });
    const filled = { ...asked.run, ...(raw && { raw }) };
    const inputs = prepared ? { ...filled, pixelValues: prepared.pixelValues } : filled;
    const ran = await this.engine.request('run', inputs, { token, onProgress });
    const run = { ...ran, warnings: [...ran.warnings, ...this.#byHand(params)] };
    if (token.isCancellationRequested) throw new HeadlightError('cancelled', 'The run was cancelled.');
    const refused = [...opened.refused, ...ran.refused];
    this.#put({
      show: asked,
      opened: { ...opened, refused },
      run,
      sites: sitesOf(opened, run),
      ...(heard ? { heard } : {}),
      ...(prepared ? await this.#seen(params, run, prepared.scene) : {}),
    });
    return {
      model: opened.model,
      sites: opened.sites,
      runs: run.sites,
      refused,
      device: run.device,
      runMs: run.runMs,
      selection: this.store.selection.peek(),
      ...(asked.input.kind === 'text' && asked.input.target ? { target: asked.input.target } : {}),
    };
  }

  /** What the model says after the text of a session; the same for all runs on parts of it. */
  generation(session: Session): Generation | null {
    const base = session.base ?? session;
    if (!this.#host || base.show.input.kind !== 'text') return null;
    const known = this.#generations.get(base) ?? new Generation(base, this.ask, this.#host);
    this.#generations.set(base, known);
    return known;
  }

  /**
   * Runs on everything that was said, so that its attention can be looked at.
   * @returns false when something else is shown by now
   * @throws HeadlightError as a run
   */
  async showContinued(generation: Generation): Promise<boolean> {
    const { base } = generation;
    const said = await generation.text();
    const continued = continuedInput(generation, said);
    const isOn = () => (this.store.session.peek()?.base ?? this.store.session.peek()) === base && this.#cancel === null;
    if (!continued || said.tokens.length === 0 || !isOn()) return false;
    const run = await this.engine.request('run', continued.run);
    if (!isOn()) return false;
    const show = { ...base.show, ...continued, select: {} };
    this.#put({ ...base, base, show, run, sites: sitesOf(base.opened, run) });
    return true;
  }

  /** The features of the sound that is shown, where one is. @throws HeadlightError what is wrong with its file */
  async #hear(params: ShowParams, token: CancellationToken): Promise<{ readonly show: ShowParams; readonly heard?: Session['heard'] }> {
    const sound = params.input.kind === 'text' ? params.input.sound : undefined;
    if (!sound) return { show: params };
    const { name, preprocessor } = sound;
    const { features, ...heard } = await this.engine.request('listen', { bytes: await readSound(sound), name, preprocessor }, { token });
    return { show: { ...params, run: { ...params.run, features } }, heard };
  }

  /** What a reader must know of a run on inputs that were typed in. */
  #byHand(params: ShowParams): string[] {
    const given = this.#givenTo(params).map(({ name, values }) => `${name} (${values.length > MOST_SAID ? 'a list' : values})`);
    return given.length === 0 ? [] : [`Given by hand, not by the text: ${given.join(', ')}.`];
  }

  /**
   * What the user gave, as tensors for this text.
   * @throws HeadlightError `input` when something is missing
   */
  #raw(params: ShowParams, { inputs }: OpenResult): RunParams['raw'] {
    const given = this.#givenTo(params);
    const missing = missingInputs(
      inputs,
      given.map(({ name }) => name),
    );
    if (missing.length > 0) {
      const names = missing.map(({ name }) => name).join(', ');
      throw new HeadlightError('input', `The model needs ${names}, which only you can give.`);
    }
    return given.length === 0 ? params.run.raw : Object.fromEntries(given.map((one) => [one.name, tensorOf(one, tokensOf(params))]));
  }

  /** What belongs to a run on a picture. */
  async #seen({ input }: ShowParams, run: RunResult, scene: Scene): Promise<Pick<Session, 'scene' | 'classes'>> {
    if (input.kind === 'text') return { scene };
    const logits = await classLogits(this.engine, run);
    return { scene, ...(logits ? { classes: classShares(logits, input.config) } : {}) };
  }

  /** The same model stays open; another one gets a new worker, because a worker's memory never shrinks. */
  async #ensureOpen(params: ShowParams, token: CancellationToken, onProgress: (progress: Progress) => void): Promise<OpenResult> {
    if (this.#open?.id === params.model.id && this.#open.entry === params.model.entry) return this.#open.opened;
    if (this.#open) this.#close();
    const { model, uris, device = 'auto' } = params;
    const opened = await this.engine.open({ model, uris, device }, { token, onProgress });
    if (token.isCancellationRequested) throw new HeadlightError('cancelled', 'Opening was cancelled.');
    this.#open = { id: model.id, entry: model.entry, opened };
    return opened;
  }

  #put(session: Session): void {
    const { store } = this;
    const before = store.session.peek();
    batch(() => {
      this.maps.peek()?.end();
      this.maps.value = new Maps(this.engine, session.run.run, (key) => windowOf(store, key));
      if (this.#host && before?.show.model.id !== session.show.model.id) {
        this.vocabulary.value = new Vocabulary(this.#host, session.show.model.id);
      }
      store.session.value = session;
      const start = session.scene ? { ...firstTower(session), query: firstPosition(session.scene), key: null } : firstRow(session);
      store.selection.value = withinRun(session, { ...store.selection.peek(), ...start, ...session.show.select });
      if (session.scene) beginInWindow(store, session, session.scene);
      if (session.scene && !before?.scene) setView(store, { tab: 'picture' });
      if (!before || !isSameGraph(before.show, session.show)) {
        store.picked.value = [];
        store.against.value = null;
        store.over.value = null;
        store.past.value = [];
        store.future.value = [];
      }
      store.queries.value = [];
      store.pins.value = [];
      store.pointed.value = { query: null, key: null };
      store.stale.value = false;
      store.phase.value = { at: 'ready' };
      applyLook(store, session.show.look);
    });
  }

  #close(): void {
    this.maps.peek()?.end();
    this.maps.value = null;
    this.engine.restart();
    this.#open = null;
  }
}

/** Failures that other values for the missing inputs may mend. */
const ASKS_AGAIN: ReadonlySet<ErrorCode> = new Set(['input', 'shape', 'runtime']);

/** Typed values that are short enough to be said again. */
const MOST_SAID = 24;

/** T of the text. */
const tokensOf = ({ run }: ShowParams): number => run.ids?.length ?? 0;

/** With a decoder's text the first row asks: the host's token counts in the source. */
function firstRow({ show: { input, select } }: Session): Partial<Selection> {
  const rows = input.kind === 'text' && input.target && (select.kind === 'cross' || select.kind === 'decoder');
  return rows ? { query: 0, key: null } : {};
}

/** A model of two towers opens on the picture's. */
const firstTower = ({ show }: Session): Partial<Selection> => (show.input.kind === 'text' ? { kind: 'vision' } : {});

/** A layer that attends within windows opens on the window in the middle of the picture. */
function beginInWindow(store: Store, session: Session, scene: Scene): void {
  store.window.value = 0;
  const site = session.sites.get(siteKey(store.selection.peek()));
  const places = site && placesOf(scene, site, 0);
  if (!site || !places?.window) return;
  const { rows, columns } = places.grid;
  const middle = placeOfPatch(scene, site, Math.floor(rows / 2) * columns + Math.floor(columns / 2));
  if (!middle) return;
  store.window.value = middle.window;
  store.selection.value = { ...store.selection.peek(), query: middle.position };
}

/** The sites that ran, by key, each with the sizes of the run. */
export function sitesOf(opened: OpenResult, run: RunResult): Map<string, Site> {
  const sites = new Map<string, Site>();
  for (const facts of opened.sites) {
    const ran = run.sites.find((r) => r.key === facts.key);
    if (ran) sites.set(facts.key, { ...facts, run: ran });
  }
  return sites;
}
