/** What one run knows while its inputs are filled: tokens, masks, lengths, and what had to be cut or padded. */
import type { RunParams } from '../protocol/engine.ts';
import { allocate, sizeOf, type Tensor, type TensorData, tensor } from '../tensor.ts';
import { elementType } from './dtypes.ts';
import type { PlannedInput } from './feed-roles.ts';
import type { EncoderResult, FeedPlan } from './feeds.ts';
import { Lengths } from './lengths.ts';

export class FeedContext {
  readonly warnings: string[] = [];
  readonly lengths = new Lengths();
  /** Tokens of the encoder or of the only stack; null when there is no text. */
  readonly ids: readonly number[] | null;
  readonly targetIds: readonly number[] | null;
  /** 1 = attend, for `ids`. */
  readonly mask: readonly number[];
  /** B: 1, or what raw inputs bring. */
  readonly batch: number;
  /** Positions that the given caches already hold. */
  readonly past: number;
  /** Padding tokens at the end of `ids` or, in a decoder's file, of `targetIds`. */
  padding = 0;

  constructor(
    readonly plan: FeedPlan,
    readonly run: RunParams,
    readonly encoder: EncoderResult | null,
  ) {
    for (const input of plan.inputs) {
      const raw = run.raw?.[input.name];
      if (raw) this.lengths.learn(input.shape, raw.shape);
    }
    this.past = this.pastLength();
    this.ids = this.tokens('ids', run.ids ?? null);
    this.targetIds = this.tokens('targetIds', run.targetIds ?? this.decoderStart());
    this.batch = this.rawBatch();
    const given = run.attentionMask ?? this.rawMasks()[0] ?? this.ids?.map(() => 1) ?? [];
    this.mask = this.ids?.map((_, i) => (i < this.ids!.length - this.padding ? (given[i] ?? 1) : 0)) ?? given;
  }

  warn(sentence: string): void {
    if (!this.warnings.includes(sentence)) this.warnings.push(sentence);
  }

  /** A number of `config.json`, also of the text part of a model with several. */
  number(...names: readonly string[]): number | null {
    return configNumber(this.plan.config, ...names);
  }

  /** The `model_type` of `config.json`, or ''. */
  get family(): string {
    const family = this.plan.config?.['model_type'];
    return typeof family === 'string' ? family : '';
  }

  /** Attention mask over the cache and the tokens. */
  fullMask(mask: readonly number[]): number[] {
    return [...Array<number>(this.past).fill(1), ...mask];
  }

  /** Values of the input's own type. */
  make(input: PlannedInput, shape: readonly number[], value: (index: number) => number): Tensor {
    const dtype = elementType(input.type)?.dtype ?? 'float32';
    const data: TensorData = allocate(dtype, sizeOf(shape));
    const big = data instanceof BigInt64Array || data instanceof BigUint64Array;
    for (let i = 0; i < data.length; i++) data[i] = big ? BigInt(value(i)) : value(i);
    return tensor(dtype, shape, data);
  }

  /** Where nobody gave the decoder's tokens, it starts as in generation. */
  private decoderStart(): readonly number[] | null {
    const start = this.number('decoder_start_token_id', 'bos_token_id', 'pad_token_id');
    return [start ?? 0];
  }

  private pastLength(): number {
    const caches = this.plan.inputs.filter(({ role, name }) => role?.name === 'cache' && !/encoder/.test(name));
    for (const { name } of caches) {
      const raw = this.run.raw?.[name];
      if (raw) return raw.shape.at(-2) ?? 0;
    }
    return 0;
  }

  /** B of the raw input that a batch is recognised by. */
  private rawBatch(): number {
    const leading = this.plan.inputs.find(
      ({ name, role }) => this.run.raw?.[name] && /^(ids|targetIds|pixels|features)$/.test(role?.name ?? ''),
    );
    return (leading ? this.run.raw?.[leading.name]?.shape[0] : 1) ?? 1;
  }

  /** The rows of a raw mask over the tokens, one for each text of a batch, without what they say of a cache. */
  rawMasks(): readonly (readonly number[])[] {
    const input = this.plan.inputs.find(({ role }) => role?.name === 'mask');
    const raw = input ? this.run.raw?.[input.name] : undefined;
    if (raw?.shape.length !== 2) return [];
    const [rows, length] = raw.shape as [number, number];
    return Array.from({ length: rows }, (_, row) => Array.from(raw.data.slice(row * length + this.past, (row + 1) * length), Number));
  }

  /** Tokens cut or padded to the length that the graph was exported for; raw ones as they are. */
  private tokens(role: 'ids' | 'targetIds', given: readonly number[] | null): readonly number[] | null {
    const input = this.plan.inputs.find((one) => one.role?.name === role);
    const raw = input ? this.run.raw?.[input.name] : undefined;
    if (raw) return Array.from(raw.data.slice(0, raw.shape.at(-1)), Number);
    if (!given || !input) return given;
    const fixed = input.shape?.at(-1);
    const length = typeof fixed === 'number' ? fixed : given.length;
    this.lengths.learn(input.shape, [1, length]);
    if (given.length > length) {
      this.warn(`The model was exported for exactly ${length} tokens: the last ${given.length - length} of ${given.length} were cut off.`);
      return given.slice(0, length);
    }
    if (given.length === length) return given;
    this.padding = length - given.length;
    this.warn(
      `The model was exported for exactly ${length} tokens: ${this.padding} are padding${this.masked() ? ', and masked' : ', and the model has no mask for them'}.`,
    );
    return [...given, ...Array<number>(this.padding).fill(this.number('pad_token_id') ?? 0)];
  }

  private masked(): boolean {
    return this.plan.inputs.some(({ role }) => role?.name === 'mask');
  }
}

/** The first of these numbers that a configuration has, also inside `text_config` and the like. */
export function configNumber(config: FeedPlan['config'], ...names: readonly string[]): number | null {
  for (const place of [config, config?.['text_config'], config?.['decoder'], config?.['encoder']]) {
    if (typeof place !== 'object' || place === null) continue;
    for (const name of names) {
      const value = (place as Record<string, unknown>)[name];
      if (typeof value === 'number') return value;
    }
  }
  return null;
}
