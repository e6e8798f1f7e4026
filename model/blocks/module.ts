/**
 * Where blocks live: a module is a place in a checkpoint (`bert.encoder.layer.0.attention.self`), as PyTorch calls it. A block is a function
 * of a module and of values; it reads its weights from there, and writes its result down under the module's path.
 *
 * Everything is written once for any interpreter of `Ops<T>`: T is a tensor of numbers in the reference, the name of a value in a graph.
 */

import type { Ops } from '../ops/ops.ts';
import type { SiteKind } from '../protocol/engine.ts';
import type { DType } from '../tensor.ts';

/** How an input that nobody gives is filled. Free lengths (`B`, `T`, …) come from the inputs that are given. */
export type Fill =
  /** Only the user can say: token ids, pixels. A model that has more than one thing to look at may go on without, with a number instead. */
  | { readonly by: 'user'; readonly otherwise?: number }
  /** The same number everywhere. */
  | { readonly by: 'constant'; readonly value: number }
  /** 0, 1, 2, … along the last axis. */
  | { readonly by: 'count' };

/** An input of the model. */
export interface InputSpec {
  readonly name: string;
  readonly dtype: DType;
  /** A number is a fixed length, a letter a free one. */
  readonly shape: readonly (number | string)[];
  readonly fill: Fill;
}

/** One place where the model attends, with the values that lie there. */
export interface AttentionSite<T> {
  readonly kind: SiteKind | 'query_stream';
  /** Counts from 0 within its kind. */
  readonly layer: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly causal: boolean;
  /** Keys at least this far back are never looked at; null for no window. */
  readonly window: number | null;
  /** Factor on q·k before softmax. */
  readonly scale: number;
  /** Cap c of c·tanh(x/c) on the scaled scores before the mask, or null. */
  readonly softcap: number | null;
  /** [B, H, T, d], as it is multiplied with the key */
  readonly query: T;
  /** [B, G, S, d], as it is multiplied with the query */
  readonly key: T;
  /** [B, G, S, d] */
  readonly value: T;
  /** What is added to the scores: broadcasts to [B, H, T, S]; null where nothing is. */
  readonly bias: T | null;
  /** bool, true = attend, broadcasts to [B, H, T, S]; null where every key is seen. */
  readonly visible: T | null;
  /** [B, H, T, S], before softmax */
  readonly scores: T;
  /** [B, H, T, S], after softmax */
  readonly weights: T;
  /** True where weights = softmax(cap(q·kᵀ·scale) + bias, visible): false where `bias` is made of this very query or key. */
  readonly fromQueryAndKey: boolean;
}

/**
 * How a model reads on from the keys and values of P earlier tokens. It is given the whole text, so that positions and masks are what they
 * were; its layers read the rows of the n = T − P tokens that are new.
 */
export interface Cache<T> {
  /** The last n rows along an axis; an axis of length 1, which stands for all rows, stays. */
  unread(x: T, axis: number): T;
  /** Keys and values [B, G, P + n, d] of a site, from those of the new tokens [B, G, n, d]. */
  join(site: CachedSite, key: T, value: T): { readonly key: T; readonly value: T };
  /** What an encoder made of its text, [B, M, width]: M = S for the first tokens, 0 once all sites of `cross` have it in their caches. */
  memory(width: number): T;
}

/** A site that keeps its keys and values. */
export interface CachedSite {
  readonly kind: AttentionSite<unknown>['kind'];
  readonly layer: number;
  /** G */
  readonly kvHeads: number;
  /** d of keys */
  readonly headDim: number;
  /** d of values */
  readonly valueDim: number;
}

/** What a model is built in: operators, weights by name, and the places where inputs, stages, attention and outputs are written down. */
export interface Build<T> {
  readonly ops: Ops<T>;
  /** True where the checkpoint has this tensor, under this name or one that older files use. */
  has(name: string): boolean;
  /**
   * A weight as float32 (integers as they are).
   * @throws HeadlightError `format` when it is missing, `shape` when it has another shape
   */
  weight(name: string, shape: readonly number[]): T;
  /** Declares an input. */
  input(spec: InputSpec): T;
  /** True where a run gives this optional input. */
  given(name: string): boolean;
  /** Names a value as a stage; the k-th further value of the same name is `name#k`. Returns the value. */
  record(stage: string, value: T): T;
  /** The value of a stage that was recorded before. @throws HeadlightError `not-found` when there is none of this name */
  stage(name: string): T;
  /** What reads on from a cache; null in a model that reads its whole text. */
  readonly cache: Cache<T> | null;
  /** Writes down a place of attention. */
  attend(site: AttentionSite<T>): void;
  /** Declares an output. */
  output(name: string, value: T): void;
  /** A remark for the user, in one sentence. */
  warn(sentence: string): void;
}

/** A place in a checkpoint. */
export class Module<T> {
  constructor(
    readonly build: Build<T>,
    /** `` for the whole checkpoint. */
    readonly path: string,
  ) {}

  get ops(): Ops<T> {
    return this.build.ops;
  }

  /** A module inside this one: `layer.at('attention.self')`, `layers.at(0)`. */
  at(name: string | number): Module<T> {
    return new Module(this.build, this.nameOf(name));
  }

  /** True where the checkpoint has this tensor here. */
  has(name: string): boolean {
    return this.build.has(this.nameOf(name));
  }

  /** A tensor of this module, as float32. @throws HeadlightError when it is missing or of another shape */
  weight(name: string, shape: readonly number[]): T {
    return this.build.weight(this.nameOf(name), shape);
  }

  /** Writes a result down as the stage `stage/<path>`, or `stage/<path>.<part>`. Returns it. */
  record(value: T, part?: string): T {
    return this.build.record(`stage/${part === undefined ? this.path : this.nameOf(part)}`, value);
  }

  private nameOf(name: string | number): string {
    return this.path === '' ? String(name) : `${this.path}.${name}`;
  }
}

/** What layers read of embeddings or positions [B, T, …]: all rows, or those of the new tokens where the model reads on from a cache. */
export function unread<T>({ cache }: Build<T>, x: T): T {
  return cache === null ? x : cache.unread(x, 1);
}

/** An encoder's result [B, S, width], which a decoder that reads on from a cache is given. */
export function encoded<T>({ cache }: Build<T>, width: number, encode: () => T): T {
  return cache === null ? encode() : cache.memory(width);
}
