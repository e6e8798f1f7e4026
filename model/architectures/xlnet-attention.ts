/**
 * The attention of XLNet's two streams.
 *
 *     score(i, j) = ((q_i + u)·k_j + (q_i + v)·r_{i−j} + (q_i + w)·s_{ij}) / √d
 *
 * where s is one of two vectors: both places in the same text, or not.
 *
 * Source: Yang et al. 2019, "XLNet", 2.3 to 2.5 and appendix A.2.
 */
import { attention } from '../blocks/attention.ts';
import { splitHeads } from '../blocks/heads.ts';
import type { Module } from '../blocks/module.ts';
import { relativeSkew, scoresByDistance, withHeadBias } from '../blocks/positions/transformer-xl.ts';
import type { XlnetSettings } from './xlnet-settings.ts';

/** What all layers share. */
export interface Shared<T> {
  /** Sinusoids of the distances T, T − 1 …: [1, R, D] */
  readonly sinusoids: T;
  /** bool [B, 1, T, T] */
  readonly otherText: T;
  /** bool, broadcasts to [B, 1, T, T] */
  readonly seenByQuery: T;
  /** As `seenByQuery`, and every place sees itself. */
  readonly seenByContent: T;
}

/** [B, T, D] → [B, T, D] */
export function contentStream<T>(module: Module<T>, x: T, layer: number, shared: Shared<T>, settings: XlnetSettings): T {
  const [query, ...source] = [project(module, 'q', x, settings), ...keyAndValue(module, x, settings)] as const;
  const place = { kind: 'self', layer, visible: shared.seenByContent } as const;
  return joinHeads(module, relativeAttention(module, query, source, place, shared, settings), settings);
}

/**
 * The queries of the targets go to the places that the targets stand at, and the contexts come back from there.
 * @param streams query stream [B, M, D], content below it [B, T, D], mapping [B, M, T]
 * @returns [B, M, D]
 */
export function queryStream<T>(
  module: Module<T>,
  { query: asked, content, mapping }: { readonly query: T; readonly content: T; readonly mapping: T },
  layer: number,
  shared: Shared<T>,
  settings: XlnetSettings,
): T {
  const { ops } = module;
  const query = ops.einsum('bhmd,bmt->bhtd', project(module, 'q', asked, settings), mapping);
  const place = { kind: 'query_stream', layer, visible: shared.seenByQuery } as const;
  const context = relativeAttention(module, query, keyAndValue(module, content, settings), place, shared, settings); // [B, T, H·d]
  return joinHeads(module, ops.matMul(mapping, context), settings);
}

interface Place<T> {
  readonly kind: 'self' | 'query_stream';
  readonly layer: number;
  readonly visible: T;
}

/** The contexts of all heads: query, key, value [B, H, T, d] → [B, T, H·d] */
function relativeAttention<T>(
  module: Module<T>,
  query: T,
  [key, value]: readonly [T, T],
  place: Place<T>,
  { sinusoids, otherText }: Shared<T>,
  settings: XlnetSettings,
): T {
  const { ops } = module;
  const { heads, headDim, causal } = settings;
  const scale = 1 / Math.sqrt(headDim);
  const from = (name: string): T => withHeadBias(ops, query, module.weight(name, [heads, headDim]));
  const table = flat(module, 'r', sinusoids, settings); // [1, R, H·d]
  const byDistance = relativeSkew(ops, scoresByDistance(ops, from('r_r_bias'), table, heads, headDim)); // [B, H, T, R − 1]
  const byKey = ops.slice(byDistance, [0], ops.dimension(key, 2), [3]);
  const bias = ops.mul(ops.add(byKey, segmentScores(module, from('r_s_bias'), otherText, settings)), scale);
  const mayBeBlind = place.kind === 'query_stream'; // in the content stream every place sees itself
  const which = { ...place, heads, headDim, scale, bias, causal, mayBeBlind, fromQueryAndKey: false };
  return attention(module, { query: from('r_w_bias'), key, value }, which);
}

/** (q + w)·s, the first s within a text, the second between two: [B, H, T, d] → [B, H, T, T] */
function segmentScores<T>(module: Module<T>, query: T, otherText: T, { heads, headDim }: XlnetSettings): T {
  const { ops } = module;
  const vectors = ops.transpose(module.weight('seg_embed', [2, heads, headDim]), [1, 2, 0]); // [H, d, 2]
  const [same, other] = ops.split(ops.matMul(query, vectors), 2, { axis: -1 }) as [T, T]; // [B, H, T, 1]
  return ops.where(otherText, other, same);
}

function keyAndValue<T>(module: Module<T>, x: T, settings: XlnetSettings): [T, T] {
  return [project(module, 'k', x, settings), project(module, 'v', x, settings)];
}

/** [B, T, D] → [B, H, T, d] */
function project<T>(module: Module<T>, name: string, x: T, settings: XlnetSettings): T {
  return splitHeads(module.ops, flat(module, name, x, settings), settings.heads, settings.headDim);
}

/** x·W, with the weight stored as [D, H, d]: [.., D] → [.., H·d] */
function flat<T>(module: Module<T>, name: string, x: T, { width, heads, headDim }: XlnetSettings): T {
  const { ops } = module;
  return ops.matMul(x, ops.reshape(module.weight(name, [width, heads, headDim]), [width, heads * headDim]));
}

/** x·Oᵀ, with the weight stored as [D, H, d]: [.., H·d] → [.., D] */
function joinHeads<T>(module: Module<T>, context: T, { width, heads, headDim }: XlnetSettings): T {
  const { ops } = module;
  const weight = ops.reshape(module.weight('o', [width, heads, headDim]), [width, heads * headDim]);
  return ops.matMul(context, ops.transpose(weight, [1, 0]));
}
