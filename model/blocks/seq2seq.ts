/**
 * Decoders of recurrent translation models, which look back at the encoder's states at every step.
 *
 *     Luong      h_t = LSTM([y_t; h̃_{t−1}], h_{t−1})      c_t from h_t           h̃_t = tanh(W_c·[c_t; h_t])      logits from h̃_t
 *     Bahdanau   c_t from h_{t−1}                         h_t = LSTM([y_t; c_t], h_{t−1})                          logits from h_t
 *
 * Luong's new state asks, and what came of the last answer is fed in at the next step; Bahdanau's old state asks.
 *
 * Sources: Luong, Pham, Manning 2015, 3 and 3.3; Bahdanau, Cho, Bengio 2015, 3.1, where the cell is a gated recurrent unit.
 */
import { type Alignment, align, type Memory, type Score } from './alignment.ts';
import { affine, linear } from './linear.ts';
import { lstmCell } from './lstm.ts';
import type { Module } from './module.ts';
import { fromInput, fromState, walk, zeroState } from './recurrent.ts';

export interface DecoderWidths {
  /** E, of the target's embeddings. */
  readonly in: number;
  /** D, of the state. */
  readonly hidden: number;
  /** M, of the encoder's states. */
  readonly memory: number;
  readonly vocabulary: number;
}

/** First state of the decoder: [B, D] each. */
export interface FirstState<T> {
  readonly hidden: T;
  readonly cell: T;
}

/** What was kept of every step, in this order; all are stages of the module. */
const KEPT = ['scores', 'weights', 'context', 'hidden', 'cell', 'attentional'] as const;

/**
 * @param target embeddings of the target [B, T, E]
 * @returns logits [B, T, V]; modules `cell` (an LSTM's weights without suffix), `combine` [D, M + D], `head`, and those of the score
 */
export function luongDecoder<T>(
  module: Module<T>,
  target: T,
  { hidden, cell }: FirstState<T>,
  { memory, score }: { readonly memory: Memory<T>; readonly score: Score<T> },
  widths: DecoderWidths,
): T {
  const { ops } = module;
  const { hidden: D, in: E, memory: M } = widths;
  const start = [hidden, cell, zeroState(ops, target, D)];
  const { kept } = walk(ops, target, start, ([h, c, fed], word) => {
    const next = lstmStep(module, ops.concat([word, fed!], { axis: -1 }), [h!, c!], E + D, D);
    const seen = align(ops, score(next.hidden), memory);
    const joined = affine(module.at('combine'), ops.concat([seen.context, next.hidden], { axis: -1 }), { in: M + D, out: D });
    const attentional = ops.tanh(joined);
    return { state: [next.hidden, next.cell, attentional], kept: keep(seen, next, attentional) };
  });
  return finish(module, kept, widths);
}

/**
 * @param target embeddings of the target [B, T, E]
 * @returns logits [B, T, V]; modules `cell`, `head`, and those of the score
 */
export function bahdanauDecoder<T>(
  module: Module<T>,
  target: T,
  { hidden, cell }: FirstState<T>,
  { memory, score }: { readonly memory: Memory<T>; readonly score: Score<T> },
  widths: DecoderWidths,
): T {
  const { ops } = module;
  const { kept } = walk(ops, target, [hidden, cell], ([h, c], word) => {
    const seen = align(ops, score(h!), memory);
    const next = lstmStep(module, ops.concat([word, seen.context], { axis: -1 }), [h!, c!], widths.in + widths.memory, widths.hidden);
    return { state: [next.hidden, next.cell], kept: keep(seen, next, next.hidden) };
  });
  return finish(module, kept, widths);
}

/** One step of the LSTM at `cell`: input [B, width], state [B, D] each */
function lstmStep<T>(module: Module<T>, input: T, [h, c]: readonly [T, T], width: number, D: number): FirstState<T> {
  const place = module.at('cell');
  const sums = module.ops.add(fromInput(place, '', input, 4 * D, width), fromState(place, '', h, 4 * D, D));
  return lstmCell(module.ops, sums, c);
}

/** In the order of `KEPT`. */
function keep<T>({ scores, weights, context }: Alignment<T>, { hidden, cell }: FirstState<T>, attentional: T): T[] {
  return [scores, weights, context, hidden, cell, attentional];
}

/** Writes the steps down, and reads the next word from the last of them. */
function finish<T>(module: Module<T>, kept: readonly T[], { hidden, vocabulary }: DecoderWidths): T {
  KEPT.forEach((name, n) => {
    module.record(kept[n]!, name);
  });
  return linear(module.at('head'), kept[KEPT.indexOf('attentional')]!, { in: hidden, out: vocabulary });
}
