/** What can be said of a place of attention from its graph: scale, cap, sink, causality, window, sizes. */
import { type NodeRef, operatorOf } from '../graph/view.ts';
import type { Candidate } from './candidate.ts';
import type { Subject } from './graph.ts';
import { headsBehind } from './heads.ts';
import { summed } from './product.ts';
import { visibility } from './visible.ts';

export interface PlaceFacts {
  readonly kvHeads: number;
  readonly headDim: number | null;
  readonly causal: boolean;
  readonly window: number | null;
  readonly sink: boolean;
  /** Factor on q·k before softmax with what q and k were multiplied with before; null when the graph computes it. */
  readonly scale: number | null;
  /** The part of it that comes after the product. */
  readonly after: number | null;
  readonly softcap: number | null;
}

/** The constant that a node multiplies by, or null. */
function factorOf(subject: Subject, ref: NodeRef, own: (name: string) => boolean): number | null {
  const op = operatorOf(ref.node);
  if (op !== 'Mul' && op !== 'Div') return null;
  const side = ref.node.input.findIndex((name) => !own(name));
  const value = side < 0 || (op === 'Div' && side !== 1) ? null : subject.fact(ref.node.input[side]!)?.value;
  if (value?.length !== 1) return null;
  return op === 'Mul' ? value[0]! : 1 / value[0]!;
}

const STILL = /^(Transpose|Reshape|Unsqueeze|Squeeze|Cast|Identity|Expand|Mul|Div)$/;

/** Scalars that one operand was multiplied with just before the product; null when one of them is not a constant. */
function before(subject: Subject, name: string): number | null {
  let factor = 1;
  for (let at = name, reach = 12; reach > 0; reach--) {
    const ref = subject.view.producerOf(at);
    if (!ref || !STILL.test(ref.node.opType)) break;
    const data = ref.node.input.findIndex((i) => subject.fact(i)?.data && (subject.shape(i)?.length ?? 0) > 1);
    if (data < 0) break;
    at = ref.node.input[data]!;
    if (!/^(Mul|Div)$/.test(ref.node.opType)) continue;
    const other = ref.node.input[1 - data] ?? '';
    if ((subject.shape(other)?.reduce((a, b) => a * b, 1) ?? 2) !== 1) break;
    const own = at;
    const one = factorOf(subject, ref, (n) => n === own);
    if (one === null) return null;
    factor *= one;
  }
  return factor;
}

interface Chain {
  readonly after: number | null;
  readonly softcap: number | null;
}

/** Factors and cap between the product and the softmax. */
function chain(c: Candidate): Chain {
  const { subject, score, map } = c;
  const { region } = score;
  let [factor, cap]: [number | null, number | null] = [score.product.factor, null];
  const nodes = region.nodesTo(map.logits);
  const tanh = nodes.findIndex((ref) => ref.node.opType === 'Tanh');
  nodes.forEach((ref, i) => {
    const scalar =
      /^(Mul|Div)$/.test(ref.node.opType) && ref.node.input.some((n) => !region.has(n) && (subject.shape(n)?.length ?? 1) === 0);
    const one = factorOf(subject, ref, (name) => region.has(name));
    if (tanh >= 0 && i > tanh) cap ??= one;
    else if (one !== null && factor !== null) factor *= one;
    else if (scalar) factor = null;
  });
  return { after: factor !== null && cap !== null ? factor * cap : factor, softcap: cap };
}

function product(sizes: readonly { readonly size: number }[]): number {
  return sizes.reduce((n, a) => n * a.size, 1);
}

export function factsOf(c: Candidate): PlaceFacts {
  const { subject, score } = c;
  const { after, softcap } = chain(c);
  const [ofQuery, ofKey] = [before(subject, score.query.name), before(subject, score.key.name)];
  const scale = after === null || ofQuery === null || ofKey === null ? null : after * ofQuery * ofKey;
  const { causal, window } = visibility(c);
  const keyHeads = c.fused ? null : headsBehind(subject, score, score.key);
  const heads = product(c.heads);
  const kv = keyHeads === null ? heads : product(score.region.atoms.resolve(keyHeads));
  const depth = summed(score.product).flatMap((l) => score.atomOf.get(l) ?? []);
  const sink = score.region.nodesTo(c.weights).some((ref) => ref.node.opType === 'Concat');
  return {
    kvHeads: heads % kv === 0 ? kv : heads,
    headDim: depth.length ? product(depth) : null,
    causal,
    window,
    sink,
    scale,
    after,
    softcap,
  };
}
