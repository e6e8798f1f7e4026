/**
 * Normalised maps: values that are softmax of something along an axis, in all the clothes that exporters and authors give it.
 * Adding one: a recogniser and a line in RECOGNISERS.
 */
import { intAttribute } from '../graph/attributes.ts';
import { type NodeRef, operatorOf } from '../graph/view.ts';
import { axisOf } from '../infer/fact.ts';
import type { Subject } from './graph.ts';

export interface NormalisedMap {
  readonly ref: NodeRef;
  /** What is normalised. */
  readonly logits: string;
  readonly output: string;
  /** Axes that sum to one together. */
  readonly axes: readonly number[];
}

type Recogniser = (subject: Subject, ref: NodeRef) => NormalisedMap | null;

/** Softmax before opset 13 makes a matrix of its input, cut before `axis`, and normalises its rows. */
function softmaxAxes(subject: Subject, ref: NodeRef, rank: number): number[] {
  const contrib = ref.node.domain === 'com.microsoft';
  const old = subject.view.opset() < 13 && (!contrib || intAttribute(ref.node, 'opset', 13) < 13);
  const axis = axisOf(intAttribute(ref.node, 'axis', old ? 1 : -1), rank);
  return old ? Array.from({ length: rank - axis }, (_, i) => axis + i) : [axis];
}

const softmax: Recogniser = (subject, ref) => {
  if (!/^(Softmax|BiasSoftmax|QLinearSoftmax)$/.test(ref.node.opType)) return null;
  const rank = subject.shape(ref.node.input[0]!)?.length;
  if (rank === undefined) return null;
  return { ref, logits: ref.node.input[0]!, output: ref.node.output[0]!, axes: softmaxAxes(subject, ref, rank) };
};

const expOfLogSoftmax: Recogniser = (subject, ref) => {
  if (ref.node.opType !== 'Exp') return null;
  const log = subject.view.producerOf(ref.node.input[0]!);
  const rank = subject.shape(ref.node.input[0]!)?.length;
  if (log?.node.opType !== 'LogSoftmax' || rank === undefined) return null;
  return { ref, logits: log.node.input[0]!, output: ref.node.output[0]!, axes: softmaxAxes(subject, log, rank) };
};

const PASSING = new Set(['Identity', 'Cast', 'Mul', 'Where', 'Dropout', 'Clip', 'Max']);

/** The Exp behind a value, through masks and casts. */
function exponential(subject: Subject, name: string, depth = 6): NodeRef | null {
  const ref = subject.view.producerOf(name);
  if (!ref || depth === 0) return null;
  if (ref.node.opType === 'Exp') return ref;
  if (!PASSING.has(ref.node.opType)) return null;
  for (const input of ref.node.input) {
    const found = input && exponential(subject, input, depth - 1);
    if (found) return found;
  }
  return null;
}

const THROUGH_SUM = new Set(['Add', 'Clip', 'Max', 'Cast', 'Identity', 'Reciprocal', 'Expand', 'Unsqueeze', 'Where']);

/** The ReduceSum of `numerator` behind a denominator, through a small number that is added, Reciprocal and the like. */
function sumOf(subject: Subject, name: string, numerator: string, depth = 5): NodeRef | null {
  const ref = subject.view.producerOf(name);
  if (!ref || depth === 0) return null;
  if (ref.node.opType === 'ReduceSum') return ref.node.input[0] === numerator ? ref : null;
  if (!THROUGH_SUM.has(ref.node.opType)) return null;
  for (const input of ref.node.input) {
    const found = input && sumOf(subject, input, numerator, depth - 1);
    if (found) return found;
  }
  return null;
}

/** exp(x) ÷ Σ exp(x), also with a 0/1 mask on the exponentials and something small below. */
const quotient: Recogniser = (subject, ref) => {
  const op = operatorOf(ref.node);
  if (op !== 'Div' && op !== 'Mul') return null;
  for (const [top, bottom] of op === 'Div'
    ? [[0, 1]]
    : [
        [0, 1],
        [1, 0],
      ]) {
    const sum = sumOf(subject, ref.node.input[bottom!]!, ref.node.input[top!]!);
    const exp = sum && exponential(subject, ref.node.input[top!]!);
    const rank = subject.shape(ref.node.input[top!]!)?.length;
    if (!sum || !exp || rank === undefined) continue;
    const move = subject.move(sum, 0, sum.node.output[0]!);
    const axes = move?.from.flatMap((size, i) => (move.to.length === rank && move.to[i] === 1 && size > 1 ? [i] : [])) ?? [];
    if (axes.length > 0) return { ref, logits: exp.node.input[0]!, output: ref.node.output[0]!, axes };
  }
  return null;
};

const RECOGNISERS: readonly Recogniser[] = [softmax, expOfLogSoftmax, quotient];

/** Every normalised map of a graph, in the order of the graph. */
export function normalisedMaps(subject: Subject): NormalisedMap[] {
  const maps: NormalisedMap[] = [];
  for (const ref of subject.view.nodes) {
    for (const recognise of RECOGNISERS) {
      const map = recognise(subject, ref);
      if (map) maps.push(map);
    }
  }
  return maps;
}
