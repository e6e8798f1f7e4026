/** Weights on demand: asks the engine once for what is looked at, keeps the most recent, forgets the rest. */
import { type Signal, signal } from '@preact/signals';
import { asHeadlightError } from '../../model/errors.ts';
import type { Positions } from '../../model/positions/types.ts';
import type { HeadScores, HeadVectors, HeadWeights, Thumbnails } from '../../model/protocol/engine.ts';
import { type Engine, type HeadRef, headKey, type Loaded, siteKey } from './types.ts';

/** Weights that stay in memory beside those on screen. 24 heads of 1,024 tokens. */
const KEEP_BYTES = 96 * 2 ** 20;

/** Whoever walks through the heads is left alone for so long after each step. */
const PAUSE_MS = 200;

interface Entry<T> {
  readonly loaded: Signal<Loaded<T>>;
  bytes: number;
}

export class Maps {
  readonly #heads = new Map<string, Entry<HeadWeights>>();
  readonly #vectors = new Map<string, Entry<HeadVectors>>();
  readonly #scores = new Map<string, Entry<HeadScores>>();
  readonly #positions = new Map<string, Entry<Positions>>();
  readonly #thumbnails = new Map<string, Entry<Thumbnails>>();
  #waiting = 0;
  #askedMs = Number.NEGATIVE_INFINITY;
  #ended = false;

  constructor(
    private readonly engine: Engine,
    private readonly run: number,
    /** Which window of a site is looked at, for layers that attend within windows. */
    private readonly windowOf: (key: string) => number = () => 0,
  ) {}

  /** True while a view waits for something, or did a moment ago: background work steps aside. */
  get busy(): boolean {
    return this.#waiting > 0 || performance.now() - this.#askedMs < PAUSE_MS;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** All weights of a head. */
  head(ref: HeadRef): Signal<Loaded<HeadWeights>> {
    const ask = () => this.#ask('head', ref);
    return this.#get(this.#heads, this.#keyOf(ref), ask, (w) => w.weights.byteLength);
  }

  /** q and k of a head. */
  vectors(ref: HeadRef): Signal<Loaded<HeadVectors>> {
    return this.#get(
      this.#vectors,
      this.#keyOf(ref),
      () => this.#ask('vectors', ref),
      (v) => v.q.byteLength + v.k.byteLength,
    );
  }

  /** Logits of a head before softmax. */
  scores(ref: HeadRef): Signal<Loaded<HeadScores>> {
    const ask = () => this.#ask('scores', ref);
    return this.#get(this.#scores, this.#keyOf(ref), ask, (s) => s.scores.byteLength);
  }

  /** What positions are to a head's site. */
  positions(ref: HeadRef): Signal<Loaded<Positions>> {
    const ask = () => this.#ask('positions', ref);
    const bytes = (p: Positions) => p.added.reduce((sum, { data, stored }) => sum + data.byteLength + (stored?.data.byteLength ?? 0), 0);
    return this.#get(this.#positions, headKey(ref), ask, bytes);
  }

  /** Pooled pictures of a site's heads; they stay. */
  thumbnails(key: string): Signal<Loaded<Thumbnails>> {
    const ask = () => this.engine.request('thumbnails', { run: this.run, key, batch: this.windowOf(key) });
    return this.#get(this.#thumbnails, `${key}@${this.windowOf(key)}`, ask, () => 0);
  }

  /** A head's weights for background work: from memory when they are there, never kept. */
  async once(ref: HeadRef): Promise<HeadWeights> {
    const known = this.#heads.get(this.#keyOf(ref))?.loaded.peek();
    return known?.state === 'ready' ? known.value : this.#ask('head', ref);
  }

  /** Forgets everything; answers still on their way are dropped. */
  end(): void {
    this.#ended = true;
    for (const map of [this.#heads, this.#vectors, this.#scores, this.#positions, this.#thumbnails]) map.clear();
  }

  #ask<M extends 'head' | 'vectors' | 'scores' | 'positions'>(method: M, ref: HeadRef) {
    return this.engine.request(method, { run: this.run, key: siteKey(ref), head: ref.head, batch: this.windowOf(siteKey(ref)) });
  }

  #keyOf(ref: HeadRef): string {
    return `${headKey(ref)}@${this.windowOf(siteKey(ref))}`;
  }

  #get<T>(map: Map<string, Entry<T>>, key: string, ask: () => Promise<T>, bytes: (value: T) => number): Signal<Loaded<T>> {
    this.#askedMs = performance.now();
    const known = map.get(key);
    if (known) {
      map.delete(key);
      map.set(key, known);
      return known.loaded;
    }
    const entry: Entry<T> = { loaded: signal<Loaded<T>>({ state: 'loading' }), bytes: 0 };
    map.set(key, entry);
    void this.#fill(map, key, entry, ask, bytes);
    return entry.loaded;
  }

  async #fill<T>(map: Map<string, Entry<T>>, key: string, entry: Entry<T>, ask: () => Promise<T>, bytes: (value: T) => number) {
    this.#waiting++;
    try {
      const value = await ask();
      if (this.#ended) return;
      entry.bytes = bytes(value);
      entry.loaded.value = { state: 'ready', value };
      forgetOldest(map);
    } catch (error) {
      const { code, message } = asHeadlightError(error, 'runtime', `The engine could not give ${key}`);
      if (!this.#ended) entry.loaded.value = { state: 'failed', error: { code, message } };
    } finally {
      this.#waiting--;
    }
  }
}

/** Drops the least recently used until the rest fits; the newest always stays. */
function forgetOldest(map: Map<string, { readonly bytes: number }>): void {
  let total = 0;
  for (const { bytes } of map.values()) total += bytes;
  for (const [key, { bytes }] of map) {
    if (total <= KEEP_BYTES || map.size <= 1) return;
    map.delete(key);
    total -= bytes;
  }
}
