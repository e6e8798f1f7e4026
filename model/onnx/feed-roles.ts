/**
 * The roles that an input can have, one entry each: which inputs have it, how it is said, how it is filled.
 * The first role that fits an input is its role. Letters: B batch, T tokens, S keys, P positions of a cache.
 */
import type { Tensor } from '../tensor.ts';
import { DataType } from './dtypes.ts';
import { emptyCache, needsEncoderCache } from './feed-caches.ts';
import type { FeedContext } from './feed-context.ts';
import { imageFor, sequenceFor } from './feed-values.ts';
import type { Axis } from './lengths.ts';
import { firstPosition, positionsOf } from './positions.ts';

export interface GraphInput {
  readonly name: string;
  /** `TensorProto.DataType`. */
  readonly type: number;
  readonly shape: readonly Axis[] | null;
}

export interface Role {
  readonly name: string;
  /** How the input is filled, in words. */
  readonly words: string;
  /** The input's tensor, or null when what it needs was not given. */
  fill(context: FeedContext, input: PlannedInput): Tensor | null;
}

export interface PlannedInput extends GraphInput {
  readonly role: Role | null;
}

interface Rule extends Role {
  fits(name: string, input: GraphInput, inputs: ReadonlySet<string>): boolean;
}

const INTEGERS: ReadonlySet<number> = new Set([DataType.INT64, DataType.INT32]);
const FLOATS: ReadonlySet<number> = new Set([DataType.FLOAT, DataType.FLOAT16, DataType.BFLOAT16, DataType.DOUBLE]);

const isInteger = (input: GraphInput) => INTEGERS.has(input.type);
const isFloat = (input: GraphInput) => FLOATS.has(input.type);
const rankOf = (input: GraphInput) => input.shape?.length ?? -1;

/** One row of values: [n], [1, n], or with as many axes in front as the input has. */
function row(context: FeedContext, input: PlannedInput, values: readonly number[]): Tensor {
  const front = Array<number>(Math.max(0, rankOf(input) - 1)).fill(1);
  return context.make(input, rankOf(input) < 0 ? [1, values.length] : [...front, values.length], (i) => values[i]!);
}

/** A single number in the input's rank. */
function single(context: FeedContext, input: PlannedInput, value: number): Tensor {
  return context.make(input, Array<number>(Math.max(0, rankOf(input))).fill(1), () => value);
}

/** A mask of one row, or [1, …, n] where the graph wants it for every query: the same keys for each. */
function mask(context: FeedContext, input: PlannedInput, values: readonly number[]): Tensor | null {
  const rank = rankOf(input);
  if (rank <= 2) return row(context, input, values);
  if (isFloat(input)) return null;
  const queries = context.lengths.of(input.shape!.at(-2)) ?? values.length - context.past;
  const shape = [...Array<number>(rank - 2).fill(1), queries, values.length];
  return context.make(input, shape, (i) => values[i % values.length]!);
}

const RULES: readonly Rule[] = [
  {
    name: 'cacheFlag',
    words: 'false: there is no cache',
    fits: (name) => /^use_cache(_branch)?$/.test(name),
    fill: (context, input) => single(context, input, 0),
  },
  {
    name: 'cache',
    words: 'an empty cache',
    fits: (name, input, inputs) => /^(past|cache|mems)/.test(name) && rankOf(input) >= 3 && !needsEncoderCache(name, inputs),
    fill: (context, input) => context.make(input, emptyCache(context, input), () => 0),
  },
  {
    name: 'targetIds',
    words: "the decoder's tokens",
    fits: (name, input, inputs) =>
      isInteger(input) && (/^decoder_(input_ids|tokens|ids)$/.test(name) || (name === 'input_ids' && inputs.has('encoder_hidden_states'))),
    fill: (context, input) => context.targetIds && row(context, input, context.targetIds),
  },
  {
    name: 'targetMask',
    words: 'ones for the decoder’s tokens',
    fits: (name, _, inputs) =>
      name === 'decoder_attention_mask' ||
      (name === 'attention_mask' && inputs.has('encoder_hidden_states') && inputs.has('encoder_attention_mask')),
    fill: (context, input) => context.targetIds && mask(context, input, context.fullMask(context.targetIds.map(() => 1))),
  },
  {
    name: 'targetPositions',
    words: 'the positions of the decoder’s tokens',
    fits: (name) => name === 'decoder_position_ids',
    fill: (context, input) =>
      context.targetIds &&
      row(
        context,
        input,
        context.targetIds.map((_, i) => i + context.past),
      ),
  },
  {
    name: 'encoderStates',
    words: "the encoder's result",
    fits: (name, input) => /^encoder_(hidden_states|outputs?|last_hidden_state)/.test(name) && rankOf(input) === 3,
    fill: (context, input) => context.encoder && sequenceFor(context, input, context.encoder.states),
  },
  {
    name: 'encoderMask',
    words: 'ones for what the encoder read',
    fits: (name) => name === 'encoder_attention_mask',
    fill: (context, input) => {
      const length = context.encoder?.states.shape[1] ?? context.lengths.of(input.shape?.at(-1)) ?? context.ids?.length;
      const values = context.encoder?.mask ?? (context.mask.length === length ? context.mask : null);
      return length === undefined
        ? null
        : row(
            context,
            input,
            Array.from({ length }, (_, i) => values?.[i] ?? 1),
          );
    },
  },
  {
    name: 'typeIds',
    words: 'segments of the text, 0 where there is one',
    fits: (name) => /^(token_)?type_ids$|^segment(_ids|s)?$/.test(name),
    fill: (context, input) =>
      context.ids &&
      row(
        context,
        input,
        context.ids.map((_, i) => context.run.typeIds?.[i] ?? 0),
      ),
  },
  {
    name: 'positions',
    words: 'the positions of the tokens',
    fits: (name, input) => /^position(_ids|s)$|^cache_position$|^input_pos$/.test(name) && isInteger(input),
    fill: (context, input) => {
      const { ids, targetIds } = context;
      const inDecoder =
        context.plan.inputs.some(({ role }) => role?.name === 'targetIds') && !context.plan.inputs.some(({ role }) => role?.name === 'ids');
      const tokens = inDecoder ? targetIds : ids;
      if (!tokens) return null;
      const first = firstPosition(context.family, context.number('pad_token_id'));
      const masks = context.rawMasks();
      if (!inDecoder && masks.length > 1 && rankOf(input) === 2) {
        const all = masks.flatMap((mask) => positionsOf(mask, first, context.past));
        return context.make(input, [masks.length, masks[0]!.length], (i) => all[i]!);
      }
      const places = positionsOf(inDecoder ? tokens.map(() => 1) : context.mask, first, context.past);
      // Vision–language models give each token three positions (time, height, width); text has the same three times.
      if (rankOf(input) === 3) return context.make(input, [3, 1, places.length], (i) => places[i % places.length]!);
      return row(context, input, places);
    },
  },
  {
    name: 'keepLogits',
    words: '0: logits for every token',
    fits: (name) => /^(num_)?logits_to_keep$/.test(name),
    fill: (context, input) => single(context, input, 0),
  },
  {
    name: 'keyLength',
    words: 'the number of tokens less one',
    fits: (name) => /^seqlens_k$/.test(name),
    fill: (context, input) => context.ids && single(context, input, context.past + context.ids.length - 1),
  },
  {
    name: 'totalLength',
    words: 'the number of tokens',
    fits: (name) => /^(total_)?(sequence_length|seq_len)$/.test(name),
    fill: (context, input) => context.ids && single(context, input, context.past + context.ids.length),
  },
  {
    name: 'pastLength',
    words: '0: nothing is cached',
    fits: (name) => /^past_(sequence_length|seq_len)$/.test(name),
    fill: (context, input) => single(context, input, context.past),
  },
  {
    name: 'pixels',
    words: 'the image',
    fits: (name, input) => isFloat(input) && rankOf(input) >= 4 && /^(pixel_values?|images?|input|x|data)$/.test(name),
    fill: (context, input) => (context.run.pixelValues ? imageFor(context, input, context.run.pixelValues) : null),
  },
  {
    name: 'pixelMask',
    words: 'ones for every pixel',
    fits: (name) => /^pixel_(attention_)?mask$/.test(name),
    fill: (context, input) => {
      const image = context.run.pixelValues?.shape;
      return image ? context.make(input, [1, image.at(-2)!, image.at(-1)!], () => 1) : null;
    },
  },
  {
    name: 'features',
    words: 'the sound',
    fits: (name, input) => isFloat(input) && /^(input_features|input_values|audio|waveform)$/.test(name),
    fill: (context, input) => (context.run.features ? sequenceFor(context, input, context.run.features) : null),
  },
  {
    name: 'headMask',
    words: 'ones: every head takes part',
    fits: (name, input) => /^(decoder_|cross_attn_)?head_mask$/.test(name) && (input.shape ?? []).every((axis) => typeof axis === 'number'),
    fill: (context, input) => context.make(input, input.shape as number[], () => 1),
  },
  {
    name: 'noGlobal',
    words: 'zeros: nothing is special',
    fits: (name) => /^(global_attention_mask|langs|bool_masked_pos|bbox)$/.test(name),
    fill: (context, input) => {
      const length = context.lengths.of(input.shape?.[1]) ?? context.ids?.length;
      return length === undefined ? null : context.make(input, [1, length, ...(input.name === 'bbox' ? [4] : [])], () => 0);
    },
  },
  {
    name: 'exampleNumber',
    words: '0: the number of the example',
    fits: (name, input) => /^unique_ids/.test(name) && rankOf(input) <= 1,
    fill: (context, input) => single(context, input, 0),
  },
  {
    name: 'mask',
    words: 'ones where there is text',
    fits: (name, input, inputs) =>
      /^(attention_mask|input_mask|padding_mask|mask)$/.test(name) &&
      (name !== 'mask' || hasIds(inputs)) &&
      (rankOf(input) <= 2 || !isFloat(input)),
    fill: (context, input) => context.ids && mask(context, input, context.fullMask(context.mask)),
  },
  {
    name: 'ids',
    words: 'the tokens of the text',
    fits: (name, input, inputs) =>
      isInteger(input) &&
      (inputs.size === 1 || (rankOf(input) <= 2 && /^(input_?ids?|ids|tokens?|text_input_ids|input_tokens)$/.test(name))),
    fill: (context, input) => context.ids && row(context, input, context.ids),
  },
];

/** A name as exporters decorate it: `serving_default_input_ids:0` is `input_ids`. */
function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/:\d+$/, '')
    .replace(/^(serving_default_|.*\/)/, '');
}

/** The role of an input, or null when only the user can say what it is. */
export function roleOf(input: GraphInput, inputs: ReadonlySet<string>): Role | null {
  const names = new Set([...inputs].map(plainName));
  return RULES.find((rule) => rule.fits(plainName(input.name), input, names)) ?? null;
}

function hasIds(inputs: ReadonlySet<string>): boolean {
  return inputs.has('input_ids') || inputs.has('ids') || inputs.has('tokens');
}
