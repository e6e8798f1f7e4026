/**
 * A recurrent translator with attention, step by step: the encoder's LSTM, the decoder's, and how the decoder looks back. The blocks compute it all; the
 * gates of the decoder, which its block does not record, are asked of the same cell once more.
 */
import { tanh } from '../../model/blocks/activations.ts';
import { additiveScore, concatScore, dotScore, generalScore, type Memory } from '../../model/blocks/alignment.ts';
import { embedding } from '../../model/blocks/embedding.ts';
import { linear } from '../../model/blocks/linear.ts';
import { lstm, lstmCell } from '../../model/blocks/lstm.ts';
import type { Module } from '../../model/blocks/module.ts';
import { fromInput, fromState, recurrent, zeroState } from '../../model/blocks/recurrent.ts';
import { bahdanauDecoder, type FirstState, luongDecoder } from '../../model/blocks/seq2seq.ts';
import { type Tensor, tensor } from '../../model/tensor.ts';
import { type Bench, benchOf, type Numbers, ops, rowsOf } from './compute.ts';

/** Luong's three scores, and Bahdanau's. */
export type Score = 'dot' | 'general' | 'concat' | 'bahdanau';

/** One step of an LSTM, all units. */
export interface CellStep {
  /** What goes in, [E] or [E + what is fed in]. */
  readonly input: readonly number[];
  readonly hiddenBefore: readonly number[];
  readonly cellBefore: readonly number[];
  readonly gates: Readonly<Record<'i' | 'f' | 'g' | 'o', readonly number[]>>;
  readonly cell: readonly number[];
  readonly hidden: readonly number[];
  /** Where its weights are: `encoder`, `_l0`. */
  readonly place: string;
  readonly suffix: string;
}

export interface DecoderStep extends CellStep {
  /** [S] */
  readonly scores: readonly number[];
  /** [S] */
  readonly weights: readonly number[];
  /** [M] */
  readonly context: readonly number[];
  /** h̃ of Luong, h of Bahdanau: [D] */
  readonly attentional: readonly number[];
  /** [V] */
  readonly logits: readonly number[];
}

export interface Translation {
  readonly forward: readonly CellStep[];
  /** Of an encoder that reads in both directions, by position; else empty. */
  readonly backward: readonly CellStep[];
  /** Its states, [S, M] */
  readonly states: Numbers;
  readonly decoder: readonly DecoderStep[];
}

export interface TranslatorSettings {
  readonly score: Score;
  /** Factor on Luong's dot product. */
  readonly factor?: number;
}

type Weights = Readonly<Record<string, Tensor>>;

const ids = (list: readonly number[]): Tensor => tensor('int64', [1, list.length], BigInt64Array.from(list, BigInt));

/**
 * @param weights by name, as PyTorch names them, `encoder.weight_ih_l0`
 * @param source ids, S of them
 * @param target ids that the decoder is given, T of them, its start first
 */
export function translateSteps(
  weights: Weights,
  source: readonly number[],
  target: readonly number[],
  settings: TranslatorSettings,
): Translation {
  const bench = benchOf(weights);
  const { module: root } = bench;
  const [V, E] = weights['target_embedding.weight']!.shape as [number, number];
  const D = weights[`${settings.score}.cell.weight_hh`]!.shape[1]!;
  const words = embedding(root.at('source_embedding'), ids(source), weights['source_embedding.weight']!.shape[0]!, E);
  const both = settings.score === 'bahdanau';
  const place = both ? 'encoder_bidirectional' : 'encoder';
  const visible = tensor('bool', [1, source.length], new Uint8Array(source.length).fill(1));
  const start = [0, 1].map(() => ops.constantOfShape([both ? 2 : 1, 1, D]));
  const { states, last } = recurrent(root.at(place), lstm, words, start, {
    in: E,
    hidden: D,
    layers: 1,
    bidirectional: both,
    mask: visible,
  });
  const memory: Memory<Tensor> = { states, visible };
  const given = embedding(root.at('target_embedding'), ids(target), V, E);
  const widths = { in: E, hidden: D, memory: both ? 2 * D : D, vocabulary: V };
  const first = both ? firstOfBahdanau(root, last[0]!, D) : { hidden: ops.gather(last[0]!, 0), cell: ops.gather(last[1]!, 0) };
  const module = root.at(settings.score);
  const inner = weights[`${settings.score}.score.weight`]?.shape[1] ?? D;
  const sight = { memory, score: scoreOf(module, memory, settings, { D, inner }) };
  const logits = (both ? bahdanauDecoder : luongDecoder)(module, given, first, sight, widths);
  const rows = rowsOf(states);
  return {
    forward: encoderSteps(
      bench,
      { place, suffix: '_l0' },
      rowsOf(words),
      rows.map((row) => row.slice(0, D)),
    ),
    backward: both
      ? encoderSteps(
          bench,
          { place, suffix: '_l0_reverse' },
          rowsOf(words),
          rows.map((row) => row.slice(D)),
        )
      : [],
    states: rows,
    decoder: decoderSteps(bench, settings.score, { given: rowsOf(given), first, logits: rowsOf(logits) }),
  };
}

function firstOfBahdanau(root: Module<Tensor>, last: Tensor, D: number): FirstState<Tensor> {
  const hidden = tanh(ops, linear(root.at('bahdanau').at('start'), ops.gather(last, 1), { in: D, out: D }));
  return { hidden, cell: zeroState(ops, hidden, D) };
}

function scoreOf(
  module: Module<Tensor>,
  memory: Memory<Tensor>,
  { score, factor = 1 }: TranslatorSettings,
  { D, inner }: { D: number; inner: number },
) {
  if (score === 'dot') return dotScore(ops, memory, factor);
  if (score === 'general') return generalScore(module, memory, D);
  if (score === 'concat') return concatScore(module, memory, D, inner);
  return additiveScore(module, memory, { state: D, memory: 2 * D }, inner);
}

/** The steps of one direction, by position. */
function encoderSteps(
  { stage }: Bench,
  at: { readonly place: string; readonly suffix: string },
  words: Numbers,
  states: Numbers,
): CellStep[] {
  const recorded = (name: string) => rowsOf(stage(`${at.place}.${name}${at.suffix}`));
  const [i, f, g, o] = [recorded('input_gate'), recorded('forget_gate'), recorded('candidate'), recorded('output_gate')];
  const cells = recorded('cell');
  const zeros = states[0]!.map(() => 0);
  const back = at.suffix.endsWith('_reverse') ? 1 : -1;
  return words.map((input, s) => ({
    ...{ input, hiddenBefore: states[s + back] ?? zeros, cellBefore: cells[s + back] ?? zeros },
    gates: { i: i[s]!, f: f[s]!, g: g[s]!, o: o[s]! },
    ...{ cell: cells[s]!, hidden: states[s]!, ...at },
  }));
}

interface Decoded {
  readonly given: Numbers;
  readonly first: FirstState<Tensor>;
  readonly logits: Numbers;
}

function decoderSteps({ module, stage }: Bench, score: Score, { given, first, logits }: Decoded): DecoderStep[] {
  const kept = (name: string) => rowsOf(stage(`${score}.${name}`));
  const [scores, weights, context] = [kept('scores'), kept('weights'), kept('context')];
  const [hidden, cell, attentional] = [kept('hidden'), kept('cell'), kept('attentional')];
  const before = { h: [rowsOf(first.hidden)[0]!, ...hidden], c: [rowsOf(first.cell)[0]!, ...cell] };
  const fed = score === 'bahdanau' ? context : [hidden[0]!.map(() => 0), ...attentional];
  const inputs = given.map((word, t) => [...word, ...fed[t]!]);
  const gates = gatesOf(module.at(`${score}.cell`), inputs, before.h.slice(0, -1), before.c.slice(0, -1));
  return inputs.map((input, t) => ({
    ...{ input, hiddenBefore: before.h[t]!, cellBefore: before.c[t]!, gates: gates[t]!, cell: cell[t]!, hidden: hidden[t]! },
    ...{ scores: scores[t]!, weights: weights[t]!, context: context[t]!, attentional: attentional[t]!, logits: logits[t]! },
    ...{ place: `${score}.cell`, suffix: '' },
  }));
}

/** The gates of every step: the steps stand where a batch would. */
function gatesOf(module: Module<Tensor>, inputs: Numbers, hidden: Numbers, cells: Numbers): CellStep['gates'][] {
  const [E, D] = [inputs[0]!.length, hidden[0]!.length];
  const rows = (all: Numbers, width: number) => tensor('float32', [all.length, width], Float32Array.from(all.flat()));
  const sums = ops.add(fromInput(module, '', rows(inputs, E), 4 * D, E), fromState(module, '', rows(hidden, D), 4 * D, D));
  const { inputGate, forgetGate, candidate, outputGate } = lstmCell(ops, sums, rows(cells, D));
  const [i, f, g, o] = [rowsOf(inputGate), rowsOf(forgetGate), rowsOf(candidate), rowsOf(outputGate)];
  return inputs.map((_, t) => ({ i: i[t]!, f: f[t]!, g: g[t]!, o: o[t]! }));
}
