/**
 * Heads turned up, down and off: the graph with other weights where the heads meet their values.
 *
 *     w' = gain[h] · w + even[h] · u,   u = 1 ÷ (number of keys that the query sees) on those keys, 0 on the others
 *
 * gain 1 and even 0 change nothing, to the last bit; gain 0 switches a head off; gain 0 and even 1 make it look at every visible key alike.
 * A key is seen where its weight is above 0.
 */
import { HeadlightError } from '../../errors.ts';
import type { onnx } from '../../onnx/proto.js';
import type { Candidate } from '../find/candidate.ts';
import { planOf } from '../find/plan.ts';
import { Builder, makeNode } from '../graph/builder.ts';
import type { Clone } from '../graph/clone.ts';
import { isFloat, TYPE } from '../graph/constants.ts';
import type { Site } from '../types.ts';
import { lengthsOf, type Part, partsOf } from './layout.ts';

/** Names of two float32 vectors [H] that the graph has; without `even` no head can look evenly. */
export interface Factors {
  readonly gain: string;
  readonly even: string | null;
}

/** The head that each place along the head axes of the split weights stands for, row-major. */
function headNumbers(c: Candidate, parts: readonly Part[]): number[] {
  const own = parts.filter((p) => p.role === 'head').map((p) => ({ size: p.size!, at: c.heads.findIndex((a) => a.id === p.first.id) }));
  const count = own.reduce((n, { size }) => n * size, 1);
  return Array.from({ length: count }, (_, flat) => {
    let rest = flat;
    const digits = own.map(({ size, at }, i) => {
      const below = own.slice(i + 1).reduce((n, p) => n * p.size, 1);
      const digit = Math.floor(rest / below);
      rest -= digit * below;
      return { digit, size, at };
    });
    return digits.sort((p, q) => p.at - q.at).reduce((n, { digit, size }) => n * size + digit, 0);
  });
}

/** Every visible key alike: 1/n on the keys with any weight. */
function evenly(b: Builder, w: string, parts: readonly Part[]): string {
  const seen = b.cast(b.op('Greater', [w, b.float(0)]), TYPE.float);
  const axes = parts.flatMap((p, i) => (p.role === 'key' ? [i] : []));
  const count = b.op('ReduceSum', [seen, b.ints(...axes)], { keepdims: 1 });
  return b.op('Div', [seen, b.op('Max', [count, b.float(1)])]);
}

/** The changed weights of one map, in the layout and type of the map itself. `first`: the head that the map begins with. */
function changed(b: Builder, c: Candidate, { gain, even }: Factors, first: number): string {
  const axes = c.score.region.axes(c.weights);
  const parts = partsOf({ axes: axes!, candidate: c })!;
  const type = c.subject.fact(c.weights)?.type ?? TYPE.float;
  const heads = b.ints(...headNumbers(c, parts).map((head) => head + first));
  const sizes = b.ints(...parts.map((p) => (p.role === 'head' ? p.size! : 1)));
  const laid = (vector: string): string => {
    const picked = b.op('Gather', [vector, heads], { axis: 0 });
    return parts.length > 0 ? b.op('Reshape', [picked, sizes]) : picked;
  };
  const float = type === TYPE.float ? c.weights : b.cast(c.weights, TYPE.float);
  const split = b.op('Reshape', [float, parts.length > 0 ? lengthsOf(b, float, parts) : b.ints(1)]);
  const kept = b.op('Mul', [split, laid(gain)]);
  const result = even === null ? kept : b.op('Add', [kept, b.op('Mul', [evenly(b, split, parts), laid(even)])]);
  const back = b.op('Reshape', [result, b.op('Shape', [c.weights])]);
  return type === TYPE.float ? back : b.cast(back, type);
}

/** Puts nodes behind the producer of a value and lets all other nodes read `to` where they read `from`. */
function redirect(clone: Clone, c: Candidate, b: Builder, from: string, to: string): void {
  const graph = clone.graphOf.get(c.map.ref.graph)!;
  const at = graph.node.findIndex((node) => node.output.includes(from));
  graph.node = graph.node.map((node) =>
    node.input.includes(from) ? ({ ...node, input: node.input.map((name) => (name === from ? to : name)) } as onnx.NodeProto) : node,
  );
  graph.node.splice(at + 1, 0, ...b.nodes);
  clone.model.graph!.initializer.push(...b.initializers);
}

/** The formula's output in the place of the operator's own. */
function takeOver(clone: Clone, c: Candidate): void {
  const { fused } = c;
  if (!fused || fused.check === null) return;
  const graph = clone.graphOf.get(c.map.ref.graph)!;
  const own = fused.node.output[0]!;
  const unused = `${own}/unchanged`;
  const type = c.subject.fact(own)?.type || TYPE.float;
  graph.node = graph.node.map((node) =>
    node.output[0] === own ? ({ ...node, output: [unused, ...node.output.slice(1)] } as onnx.NodeProto) : node,
  );
  const made = graph.node.findIndex((node) => node.output.includes(fused.lowered.output));
  graph.node.splice(made + 1, 0, makeNode('Cast', [fused.lowered.output], [own], { to: type }));
}

function turnMap(clone: Clone, site: Site, c: Candidate, factors: Factors, first: number, index: number): void {
  const b = new Builder(`headlight/${site.key}/turned${index}`, c.subject.view.opset());
  const name = changed(b, c, factors, first);
  redirect(clone, c, b, c.weights, name);
  takeOver(clone, c);
}

/** Why the heads of a site cannot be turned, or null where they can. */
export function turnable(site: Site): string | null {
  const { place } = planOf(site);
  if (place.turn) return `${site.where}: its layers are turns of one loop, so one of them cannot be changed alone.`;
  for (const c of place.variants.flatMap(({ parts }) => parts)) {
    const axes = c.score.region.axes(c.weights);
    if (!axes || !partsOf({ axes, candidate: c }) || !isFloat(c.subject.fact(c.weights)?.type ?? TYPE.float))
      return `The weights ${c.weights} are kept in a form that cannot be changed by head.`;
  }
  return null;
}

/**
 * Changes the heads of a site in a clone of the prepared graph.
 * @throws HeadlightError `unsupported` for weights that are kept as 8-bit numbers, and for layers that are turns of a loop
 */
export function turn(clone: Clone, site: Site, factors: Factors): void {
  const { place } = planOf(site);
  const reason = turnable(site);
  if (reason !== null) throw new HeadlightError('unsupported', reason);
  for (const [v, { parts }] of place.variants.entries()) {
    parts.forEach((part, i) => {
      turnMap(clone, site, part, factors, parts.length > 1 ? i : 0, v * parts.length + i);
    });
  }
}
