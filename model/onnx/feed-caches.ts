/** Caches of keys and values that a run here starts without: their shapes, and which cannot be left empty. */
import { intOf } from './attributes.ts';
import { configNumber, type FeedContext } from './feed-context.ts';
import type { GraphInput, PlannedInput } from './feed-roles.ts';
import type { ModelConfig } from './feeds.ts';
import type { Graph } from './graph.ts';
import type { Axis } from './lengths.ts';

/**
 * Keys and values of the encoder that a decoder was exported to be given (`decoder_with_past_model.onnx`) cannot be made up: an empty one
 * would let it attend to nothing. In a merged decoder the flag says that nobody looks at them.
 */
export function needsEncoderCache(name: string, inputs: ReadonlySet<string>): boolean {
  return /\.encoder\./.test(name) && !inputs.has('use_cache_branch');
}

/** Shape of an empty cache: B and fixed axes stay, every other free axis is 0 long. */
export function emptyCache(context: FeedContext, input: PlannedInput): number[] {
  return input.shape!.map((axis, i) => {
    if (typeof axis === 'number') return axis;
    if (i === 0) {
      const heads = /num_heads|\bx\b|\*/.test(axis ?? '') ? (context.number('num_attention_heads', 'n_head', 'num_heads') ?? 1) : 1;
      return context.batch * heads;
    }
    return context.lengths.of(axis) ?? 0;
  });
}

/**
 * The axes of an input, with what a cache leaves open and the configuration or the graph knows: heads and width of [B, G, P, d].
 * The model builder names the last axis of every cache `kv_cache_dim`, though it is the width of a head.
 */
export function cacheAxes(graph: Graph, input: GraphInput, config: ModelConfig): readonly Axis[] | null {
  const { shape } = input;
  if (shape?.length !== 4 || !/^past/.test(input.name)) return shape;
  const [batch, heads, past, width] = shape as [Axis, Axis, Axis, Axis];
  const known = typeof heads === 'number' ? heads : configNumber(config, 'num_key_value_heads', 'num_attention_heads', 'n_head');
  return [batch, known ?? heads, past, typeof width === 'number' ? width : (headWidth(graph, input.name, config) ?? width)];
}

function headWidth(graph: Graph, cache: string, config: ModelConfig): number | null {
  const said = configNumber(config, 'head_dim');
  if (said !== null) return said;
  const attention = graph.consumers(cache).find(({ node }) => node.domain === 'com.microsoft')?.node;
  const query = attention ? graph.type(attention.input[0] ?? '')?.shape?.at(-1) : null;
  if (attention && typeof query === 'number') {
    const heads = intOf(attention, 'num_heads', 1);
    const packed = !attention.input[1] && attention.opType === 'GroupQueryAttention';
    return query / (packed ? heads + 2 * intOf(attention, 'kv_num_heads', 1) : heads);
  }
  const [width, heads] = [configNumber(config, 'hidden_size', 'n_embd'), configNumber(config, 'num_attention_heads', 'n_head')];
  return width !== null && heads !== null ? width / heads : null;
}
