/** One run of a model, and what can be asked of it afterwards. */
import { checkOf, type Site, thumbnailsOf, vectorsOf, type Weights, weightsOf } from '../../model/attention/index.ts';
import { HeadlightError } from '../../model/errors.ts';
import type { HeadScores, HeadVectors, HeadWeights, SiteFacts, SiteRun, Thumbnails } from '../../model/protocol/engine.ts';
import type { Tensor } from '../../model/tensor.ts';
import { Lru } from './lru.ts';
import type { RunOutputs } from './outputs.ts';
import type { LoadedPart } from './part.ts';
import { poolByMaximum, rowSumError, sumError } from './rows.ts';

/** A site, and what the run has of it. */
export interface RanSite {
  readonly facts: SiteFacts;
  readonly site: Site;
  readonly part: LoadedPart;
  readonly outputs: RunOutputs;
}

/** Bytes of heads that were computed on demand and are kept for the next look. */
const HEADS_LIMIT = 128 * 2 ** 20;
export class Run {
  readonly #sites: ReadonlyMap<string, RanSite>;
  readonly #all = new Map<string, Promise<Weights | null>>();
  readonly #further = new Map<string, Promise<Tensor>>();
  readonly #heads = new Lru<string, Float32Array>(HEADS_LIMIT, (weights) => weights.byteLength);

  constructor(
    sites: readonly RanSite[],
    /** Of all parts, by name; a later part's output wins. */
    private readonly parts: readonly RunOutputs[],
    readonly outputNames: readonly string[],
  ) {
    this.#sites = new Map(sites.map((site) => [site.facts.key, site]));
  }

  #site(key: string): RanSite {
    const site = this.#sites.get(key);
    if (!site) throw new HeadlightError('internal', `The model has no attention called ${key}.`);
    return site;
  }

  /** Sizes and checks of every site, for the run's result. */
  async summary(): Promise<SiteRun[]> {
    const runs: SiteRun[] = [];
    for (const site of this.#sites.values()) runs.push(await this.#summarise(site));
    return runs;
  }

  async #summarise({ facts, part, outputs, site }: RanSite): Promise<SiteRun> {
    const { key, sink } = facts;
    const tap = part.taps.get(site.key)!;
    const checkError = tap.check ? checkOf(tap, await outputs.tensors([tap.check])) : null;
    const all = await this.#weights(key);
    const { batch, heads, queries, keys } = all ?? vectorsOf(tap, await outputs.tensors([tap.q, tap.k]));
    const error = all
      ? rowSumError(all.data, keys, sink)
      : tap.sums
        ? sumError((await outputs.tensor(tap.sums)).data as Float32Array, sink)
        : null;
    return { key, batch, heads, queries, keys, rowSumError: error, checkError };
  }

  /** All weights of a site where the run kept them. */
  #weights(key: string): Promise<Weights | null> {
    let weights = this.#all.get(key);
    if (!weights) {
      weights = this.#readWeights(this.#site(key));
      this.#all.set(key, weights);
    }
    return weights;
  }

  async #readWeights({ part, outputs, site }: RanSite): Promise<Weights | null> {
    const tap = part.taps.get(site.key)!;
    return tap.weights.length === 0 ? null : weightsOf(tap, await outputs.tensors(tap.weights));
  }

  async thumbnails(key: string, batch = 0): Promise<Thumbnails> {
    const { part, outputs, site } = this.#site(key);
    const tap = part.taps.get(site.key)!;
    const all = tap.thumbnails ? null : await this.#weights(key);
    if (all) {
      assertBatch(key, batch, all.batch);
      const { heads, queries, keys } = all;
      const size = heads * queries * keys;
      return { key, heads, ...poolByMaximum(all.data.subarray(batch * size, (batch + 1) * size), heads, queries, keys) };
    }
    const pooled = thumbnailsOf(tap, await outputs.tensors([tap.thumbnails]));
    assertBatch(key, batch, pooled.batch);
    const { heads, rows, columns } = pooled;
    const size = heads * rows * columns;
    return { key, heads, rows, columns, data: pooled.data.slice(batch * size, (batch + 1) * size) };
  }

  async head(key: string, head: number, batch = 0): Promise<HeadWeights> {
    const { queries, keys } = await this.#sizes(key, head, batch);
    return { key, head, queries, keys, weights: await this.#head(key, head, batch) };
  }

  /** @returns [T, S]; a view or a cached array: to be copied by whoever gives it away */
  async #head(key: string, head: number, batch: number): Promise<Float32Array> {
    const all = await this.#weights(key);
    if (all) {
      const size = all.queries * all.keys;
      const start = (batch * all.heads + head) * size;
      return all.data.subarray(start, start + size);
    }
    const name = `${key}/${batch}/${head}`;
    const known = this.#heads.get(name);
    if (known) return known;
    const weights = (await this.#onDemand(key, (session, outputs) => session.weights(outputs, head, batch))).data as Float32Array;
    this.#heads.set(name, weights);
    return weights;
  }

  async scores(key: string, head: number, batch = 0): Promise<HeadScores> {
    const { queries, keys } = await this.#sizes(key, head, batch);
    const scores = (await this.#onDemand(key, (session, outputs) => session.scores(outputs, head, batch))).data as Float32Array;
    return { key, head, queries, keys, scores };
  }

  async #onDemand(
    key: string,
    ask: (session: NonNullable<Awaited<ReturnType<LoadedPart['head']>>>, outputs: RunOutputs) => Promise<Tensor>,
  ): Promise<Tensor> {
    const { facts, part, outputs, site } = this.#site(key);
    const session = await part.head(site);
    if (!session) throw new HeadlightError('unsupported', `${facts.where} has no queries and keys that could be shown (${facts.node}).`);
    return ask(session, outputs);
  }

  async vectors(key: string, head: number, batch = 0): Promise<HeadVectors> {
    const { facts, part, outputs, site } = this.#site(key);
    const tap = part.taps.get(site.key)!;
    if (!tap.q || !tap.k) {
      throw new HeadlightError('unsupported', `${facts.where} has no queries and keys that could be shown (${facts.node}).`);
    }
    const { batch: batches, heads, queries, keys, headDim, q, k, scale } = vectorsOf(tap, await outputs.tensors([tap.q, tap.k]));
    assertBatch(key, batch, batches);
    assertHead(key, head, heads);
    const index = batch * heads + head;
    const cut = (values: Float32Array, length: number) => values.slice(index * length * headDim, (index + 1) * length * headDim);
    return { q: cut(q, queries), k: cut(k, keys), headDim, scale };
  }

  async #sizes(key: string, head: number, batch: number): Promise<{ queries: number; keys: number }> {
    const { part, outputs, site } = this.#site(key);
    const tap = part.taps.get(site.key)!;
    const sizes = (await this.#weights(key)) ?? vectorsOf(tap, await outputs.tensors([tap.q, tap.k]));
    assertBatch(key, batch, sizes.batch);
    assertHead(key, head, sizes.heads);
    return sizes;
  }

  /** T of a site. */
  async queriesOf(key: string): Promise<number> {
    return (await this.#sizes(key, 0, 0)).queries;
  }

  /** A value of a part's graph that is computed when somebody asks for it, once. */
  remembered(part: number, name: string, compute: () => Promise<Tensor>): Promise<Tensor> {
    const key = `${part}/${name}`;
    let value = this.#further.get(key);
    if (!value) {
      value = compute();
      this.#further.set(key, value);
      value.catch(() => this.#further.delete(key));
    }
    return value;
  }

  /** @throws HeadlightError `internal` for an output that the model has not */
  output(name: string): Promise<Tensor> {
    const part = this.parts.findLast((outputs) => outputs.has(name));
    if (!part || !this.outputNames.includes(name)) throw new HeadlightError('internal', `The model has no output ${name}.`);
    return part.tensor(name);
  }

  /** Type and shape of an output, without copying it. */
  outputType(name: string): { name: string; dtype: string; shape: readonly number[] } {
    const { type, dims } = this.parts.findLast((outputs) => outputs.has(name))!.value(name);
    return { name, dtype: type, shape: dims };
  }

  dispose(): void {
    for (const outputs of this.parts) outputs.dispose();
    this.#all.clear();
    this.#heads.clear();
    this.#further.clear();
  }
}

function assertBatch(key: string, batch: number, batches: number): void {
  if (!(batch >= 0 && batch < batches))
    throw new HeadlightError('internal', `${key} has ${batches} windows, window ${batch} was asked for.`);
}

function assertHead(key: string, head: number, heads: number): void {
  if (!(head >= 0 && head < heads)) throw new HeadlightError('internal', `${key} has ${heads} heads, head ${head} was asked for.`);
}
