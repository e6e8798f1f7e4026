/** The graph that reads on from caches, loaded when the first step wants it. */
import { HeadlightError } from '../../model/errors.ts';
import type { EngineCall } from './engine.ts';
import { TWICE_LIMIT } from './limits.ts';
import { type Loaded, progressOf } from './loading.ts';
import type { OpenModel } from './opening.ts';
import { LoadedPart } from './part.ts';
import { breathe } from './queue.ts';
import { type NextGraph, unreadFeeds } from './reading-on.ts';
import type { Runtime } from './runtime.ts';

/** A graph that takes caches, ready to compute a step. */
export interface Reader extends Omit<NextGraph, 'part'> {
  readonly loaded: LoadedPart;
}

/** A reader, or why there is none. */
export type Reading = { readonly reader: Reader; readonly reason: null } | { readonly reader: null; readonly reason: string };

const without = (reason: string): Reading => ({ reader: null, reason });

export class NextPart {
  #reading: Promise<Reading> | null = null;
  /** A session beside that of the runs. */
  #own: LoadedPart | null = null;

  constructor(
    private readonly runtime: Runtime,
    private readonly model: OpenModel,
    private readonly loaded: Loaded,
  ) {}

  /** @throws HeadlightError `cancelled`, and what reading its file throws */
  get(call: EngineCall): Promise<Reading> {
    if (!this.#reading) {
      const reading = this.#find(call);
      this.#reading = reading;
      reading.catch(() => {
        if (this.#reading === reading) this.#reading = null;
      });
    }
    return this.#reading;
  }

  async #find(call: EngineCall): Promise<Reading> {
    const { readsOn, parts } = this.model;
    switch (readsOn.how) {
      case 'not':
        return without(readsOn.reason);
      case 'itself': {
        const loaded = this.loaded.parts.at(-1)!;
        const feeds = unreadFeeds(parts.at(-1)!.feeds);
        return { reader: { loaded, caches: readsOn.caches, begins: true, memory: null, feeds }, reason: null };
      }
      case 'other':
        return this.#open(readsOn.open, call);
    }
  }

  async #open(open: () => Promise<NextGraph>, call: EngineCall): Promise<Reading> {
    try {
      return await this.#load(await open(), call);
    } catch (error) {
      if (error instanceof HeadlightError && error.code === 'unsupported') return without(error.message);
      throw error;
    }
  }

  async #load({ part, ...graph }: NextGraph, call: EngineCall): Promise<Reading> {
    const { caches } = graph;
    if (caches.length === 0) return without(`The caches of ${part.name} could not be told apart, so every step reads the whole text.`);
    const { weightsSize } = this.model;
    const { device } = this.loaded.parts.at(-1)!;
    if (device === 'wasm' && weightsSize > TWICE_LIMIT) {
      const size = Math.round(weightsSize / 2 ** 20);
      return without(`Reading on from a cache would need the model’s ${size} MB in memory twice, so every step reads the whole text.`);
    }
    try {
      const options = { device, keeping: 'weights', onRead: progressOf(weightsSize, call), signal: call.token } as const;
      this.#own = await LoadedPart.load(this.runtime, part, options);
      await breathe(call.token);
    } catch (error) {
      const { code, message } = error instanceof HeadlightError ? error : { code: null, message: '' };
      await this.#giveBack();
      if (this.runtime.broken || (code !== 'memory' && code !== 'runtime')) throw error;
      return without(`${message} So every step reads the whole text.`);
    }
    return { reader: { loaded: this.#own, ...graph }, reason: null };
  }

  /** Goes on without a session of its own that failed at its work, as a device may that lacks an operator. @returns whether that helps */
  async giveUp(error: unknown): Promise<boolean> {
    if (!this.#own || this.runtime.broken || !(error instanceof HeadlightError) || error.code !== 'runtime') return false;
    await this.#giveBack();
    this.#reading = Promise.resolve(without(`${error.message} So every step reads the whole text.`));
    return true;
  }

  async release(): Promise<void> {
    this.#reading = null;
    await this.#giveBack();
  }

  async #giveBack(): Promise<void> {
    const own = this.#own;
    this.#own = null;
    if (!this.runtime.broken) await own?.release();
  }
}
