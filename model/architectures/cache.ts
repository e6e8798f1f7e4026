/**
 * The cache of a model that is written out to read on: inputs `past.<kind>.<layer>.key|value`, outputs `present.…` of the same form, and
 * `past_sequence_length`, the number of tokens P that they hold.
 *
 * Source: Pope et al. 2022, "Efficiently Scaling Transformer Inference", 2.1 (keys and values of earlier tokens are kept).
 */
import type { Build, Cache, CachedSite, InputSpec } from '../blocks/module.ts';
import { HeadlightError } from '../errors.ts';

/** Inputs and outputs of one site. */
export interface CacheSlot {
  readonly past: string;
  readonly present: string;
  /** Made of what an encoder read: it is whole after the first tokens. */
  readonly fixed: boolean;
}

/** Name of the input that holds an encoder's result. */
export const MEMORY = 'encoder_memory';
/** Name of the input that says how many tokens the caches hold. */
export const PAST_LENGTH = 'past_sequence_length';

/** Beyond the end of any axis. */
const END = 2 ** 31 - 1;

const NEW_ROWS_UNKNOWN = 'The blocks of this family do not read on from a cache, so every step reads the whole text.';

export class ReadingCache<T> implements Cache<T> {
  readonly slots: CacheSlot[] = [];
  /** −n, int64 [1]; null before the first embedding says how long the text is. */
  #start: T | null = null;
  /** What layers share is cut once. */
  readonly #cut = new Map<T, T>();

  constructor(private readonly build: Pick<Build<T>, 'ops' | 'input' | 'output'>) {}

  unread(x: T, axis: number): T {
    const { ops } = this.build;
    this.#start ??= axis === 1 ? ops.sub(this.#given(PAST_LENGTH, [1], 'int64'), ops.dimension(x, 1)) : null;
    if (this.#start === null) throw new HeadlightError('unsupported', NEW_ROWS_UNKNOWN);
    const cut = this.#cut.get(x) ?? ops.slice(x, this.#start, [END], [axis]);
    this.#cut.set(x, cut);
    return cut;
  }

  join({ kind, layer, kvHeads, headDim, valueDim }: CachedSite, key: T, value: T): { readonly key: T; readonly value: T } {
    if (this.#start === null) throw new HeadlightError('unsupported', NEW_ROWS_UNKNOWN);
    const join = (what: string, x: T, width: number): T => {
      const name = `${kind}.${layer}.${what}`;
      const positions = kind === 'cross' ? 'R' : 'P';
      const past = this.#given(`past.${name}`, ['B', kvHeads, positions, width], 'float32');
      const joined = this.build.ops.concat([past, x], { axis: 2 });
      this.slots.push({ past: `past.${name}`, present: `present.${name}`, fixed: kind === 'cross' });
      this.build.output(`present.${name}`, joined);
      return joined;
    };
    return { key: join('key', key, headDim), value: join('value', value, valueDim) };
  }

  memory(width: number): T {
    return this.#given(MEMORY, ['B', 'M', width], 'float32');
  }

  #given(name: string, shape: InputSpec['shape'], dtype: InputSpec['dtype']): T {
    return this.build.input({ name, dtype, shape, fill: { by: 'user' } });
  }
}
