/** The weights of a place as one float32 tensor [B, H, T, S], written as nodes. */
import type { Candidate, Role } from '../find/candidate.ts';
import type { Builder } from '../graph/builder.ts';
import { TYPE } from '../graph/constants.ts';
import { laidOut } from './layout.ts';

export const MAP: readonly Role[] = ['batch', 'head', 'query', 'key'];

/** Scale and zero point of the weights where they are kept as whole numbers: those of the product that takes them. */
function scaleOf({ value }: Candidate): [string, string] | null {
  const { node } = value.product.ref;
  if (node.opType !== 'QLinearMatMul') return null;
  const at = value.weights.input;
  return [node.input[at + 1]!, node.input[at + 2]!];
}

function asFloat(b: Builder, c: Candidate): string {
  const type = c.subject.fact(c.weights)?.type ?? TYPE.float;
  if (type === TYPE.float) return c.weights;
  const scale = scaleOf(c);
  if (scale && (type === TYPE.uint8 || type === TYPE.int8)) return b.op('DequantizeLinear', [c.weights, ...scale]);
  return b.cast(c.weights, TYPE.float);
}

/** Weights of one map; null when its axes cannot be told apart. */
export function weightsOfMap(b: Builder, c: Candidate): string | null {
  const axes = c.score.region.axes(c.weights);
  return axes && laidOut(b, asFloat(b, c), { axes, candidate: c }, MAP);
}

/** Weights of a place: its maps joined along the head axis. */
export function weightsOfParts(b: Builder, parts: readonly Candidate[]): string | null {
  const names = parts.map((part) => weightsOfMap(b, part));
  if (names.some((n) => n === null)) return null;
  return names.length === 1 ? names[0]! : b.op('Concat', names as string[], { axis: 1 });
}
