/**
 * Lays fused attention operators open: beside each one the plain operators of its formula are written, for the finder to find and for probes to
 * read. The operator stays and its output is compared with theirs, unless the runtime cannot run it: then they take its place.
 * Adding an operator: its file, and a line in LOWERINGS.
 */

import type { onnx } from '../../onnx/proto.js';
import type { Refusal } from '../../protocol/engine.ts';
import { table } from '../../table.ts';
import { Subject } from '../find/graph.ts';
import { Builder, makeNode } from '../graph/builder.ts';
import { TYPE } from '../graph/constants.ts';
import { GraphView, type NodeRef, operatorOf } from '../graph/view.ts';
import { attention, qAttention } from './attention.ts';
import { groupQuery } from './group-query.ts';
import { decoderMasked, multiHead } from './multi-head.ts';
import { onnxAttention } from './onnx-attention.ts';
import { REFUSED, unknownForm } from './refused.ts';
import { sparse } from './sparse.ts';
import type { Lower, Lowered } from './types.ts';

const LOWERINGS: Readonly<Record<string, Lower>> = table({
  Attention: onnxAttention,
  'com.microsoft::Attention': attention,
  'com.microsoft::QAttention': qAttention,
  'com.microsoft::MultiHeadAttention': multiHead,
  'com.microsoft::DecoderMaskedMultiHeadAttention': decoderMasked,
  'com.microsoft::GroupQueryAttention': groupQuery,
  'com.microsoft::SparseAttention': sparse,
});

const ASKED = 'the runtime refused the operator itself';

/** One fused operator and its formula beside it. */
export interface Fused {
  readonly operator: string;
  readonly node: onnx.NodeProto;
  readonly lowered: Lowered;
  /** A scalar in the graph: largest |formula − operator| ÷ largest |operator|; null when the operator was replaced. */
  readonly check: string | null;
}

export interface Laid {
  readonly fused: readonly Fused[];
  readonly refused: readonly Refusal[];
}

/** Largest |a| over everything, as a scalar. */
function largest(b: Builder, a: string): string {
  const flat = b.op('Reshape', [b.op('Abs', [a]), b.ints(-1)]);
  return b.op('ReduceMax', [flat, b.ints(0)], { keepdims: 0 });
}

/** How far the formula is from the operator's own output. */
function compared(b: Builder, lowered: Lowered, actual: string): string {
  const own = b.cast(actual, TYPE.float);
  const only = (x: string): string => (lowered.defined ? b.op('Where', [lowered.defined, x, b.float(0)]) : x);
  const error = largest(b, only(b.op('Sub', [lowered.output, own])));
  return b.op('Div', [error, b.op('Add', [largest(b, only(own)), b.float(1e-6)])]);
}

/** The plain operators under the operator's output names. */
function inPlace(b: Builder, ref: NodeRef, lowered: Lowered, type: number): void {
  const outputs = new Map([[0, lowered.output], ...lowered.others]);
  for (const [i, name] of outputs) {
    const own = ref.node.output[i];
    if (own) b.nodes.push(makeNode('Cast', [name], [own], { to: type || TYPE.float }));
  }
}

function laidOpen(subject: Subject, ref: NodeRef, index: number, always: boolean): Fused | null {
  const operator = operatorOf(ref.node);
  const b = new Builder(`headlight/fused${index}`, subject.view.opset());
  const known = LOWERINGS[operator]!({ subject, ref, b });
  if (!known) return null;
  const lowered = always && known.replaces === null ? { ...known, replaces: ASKED } : known;
  const own = ref.node.output[0]!;
  const at = ref.graph.node.indexOf(ref.node);
  const check = lowered.replaces === null ? compared(b, lowered, own) : null;
  if (lowered.replaces !== null) inPlace(b, ref, lowered, subject.fact(own)?.type ?? TYPE.float);
  ref.graph.node.splice(lowered.replaces === null ? at + 1 : at, lowered.replaces === null ? 0 : 1, ...b.nodes);
  subject.model.graph!.initializer.push(...b.initializers);
  return { operator, node: ref.node, lowered, check };
}

/** Lays open, in place, every fused attention operator of a model; `always` lets the plain operators take its place even where it could run. */
export function layOpen(model: onnx.ModelProto, where: (node: onnx.NodeProto) => string, always = false): Laid {
  if (!new GraphView(model).nodes.some(({ node }) => operatorOf(node) in LOWERINGS || operatorOf(node) in REFUSED))
    return { fused: [], refused: [] };
  const subject = new Subject(model);
  const fused: Fused[] = [];
  const refused: Refusal[] = [];
  for (const ref of subject.view.nodes) {
    const operator = operatorOf(ref.node);
    const done = LOWERINGS[operator] ? laidOpen(subject, ref, fused.length, always) : null;
    if (done) fused.push(done);
    else if (REFUSED[operator]) refused.push({ where: where(ref.node), ...REFUSED[operator]! });
    else if (LOWERINGS[operator]) refused.push({ where: where(ref.node), ...unknownForm(operator) });
  }
  return { fused, refused };
}
