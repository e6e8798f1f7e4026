/**
 * Switches heads off, or turns them up and down: the graph with other weights where the chosen heads meet their values.
 *
 *     number   w' = number · w
 *     zero     w' = 0
 *     mean     w' = 1 ÷ (number of keys that the query sees) on those keys: attention without a choice
 *
 * What the file returns under its own names is what the changed model computes.
 */

import { HeadlightError } from '../../errors.ts';
import type { onnx } from '../../onnx/proto.js';
import type { Candidate } from '../find/candidate.ts';
import { planOf } from '../find/plan.ts';
import { Builder, makeNode } from '../graph/builder.ts';
import { type Clone, cloneModel } from '../graph/clone.ts';
import { isFloat, TYPE } from '../graph/constants.ts';
import type { Ablation, Site } from '../types.ts';
import { lengthsOf, type Part, partsOf } from './layout.ts';

type How = Ablation['how'];

/** A value for each head, laid along the head axes of the split weights: `chosen` where the ablation applies, `others` elsewhere. */
function perHead(b: Builder, c: Candidate, parts: readonly Part[], heads: ReadonlySet<number>, chosen: number, others: number): string {
  const sizes = parts.map((p) => (p.role === 'head' ? p.size! : 1));
  const count = sizes.reduce((n, s) => n * s, 1);
  const order = parts.filter((p) => p.role === 'head').map((p) => c.heads.findIndex((a) => a.id === p.first.id));
  const lengths = sizes.filter((_, i) => parts[i]!.role === 'head');
  const values = Array.from({ length: count }, (_, flat) => {
    let rest = flat;
    const digits = lengths.map((_, i) => {
      const below = lengths.slice(i + 1).reduce((n, s) => n * s, 1);
      const digit = Math.floor(rest / below);
      rest -= digit * below;
      return digit;
    });
    const ranked = digits.map((digit, i) => ({ digit, size: lengths[i]!, at: order[i]! })).sort((p, q) => p.at - q.at);
    const head = ranked.reduce((n, { digit, size }) => n * size + digit, 0);
    return heads.has(head) ? chosen : others;
  });
  return b.floats(values, sizes);
}

/** Every visible key alike: 1/n on the keys with any weight. */
function evenly(b: Builder, w: string, parts: readonly Part[]): string {
  const seen = b.cast(b.op('Greater', [w, b.float(0)]), TYPE.float);
  const axes = parts.flatMap((p, i) => (p.role === 'key' ? [i] : []));
  const count = b.op('ReduceSum', [seen, b.ints(...axes)], { keepdims: 1 });
  return b.op('Div', [seen, b.op('Max', [count, b.float(1)])]);
}

/** The changed weights of one map, in the layout and type of the map itself. */
function changed(b: Builder, c: Candidate, heads: ReadonlySet<number>, how: How): string {
  const axes = c.score.region.axes(c.weights);
  const parts = axes && partsOf({ axes, candidate: c });
  const type = c.subject.fact(c.weights)?.type ?? TYPE.float;
  if (!parts || !isFloat(type))
    throw new HeadlightError('unsupported', `The weights ${c.weights} are kept in a form that cannot be changed by head.`);
  const float = type === TYPE.float ? c.weights : b.cast(c.weights, TYPE.float);
  const split = b.op('Reshape', [float, parts.length > 0 ? lengthsOf(b, float, parts) : b.ints(1)]);
  const kept = b.op('Mul', [split, perHead(b, c, parts, heads, typeof how === 'number' ? how : 0, 1)]);
  const result = how === 'mean' ? b.op('Add', [kept, b.op('Mul', [evenly(b, split, parts), perHead(b, c, parts, heads, 1, 0)])]) : kept;
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

function ablateMap(clone: Clone, site: Site, c: Candidate, heads: ReadonlySet<number>, how: How, index: number): void {
  const b = new Builder(`headlight/${site.key}/ablated${index}`, c.subject.view.opset());
  const name = changed(b, c, heads, how);
  redirect(clone, c, b, c.weights, name);
  takeOver(clone, c);
}

function apply(clone: Clone, site: Site, ablation: Ablation): void {
  const { place } = planOf(site);
  if (place.turn)
    throw new HeadlightError('unsupported', `${site.where}: its layers are turns of one loop, so one of them cannot be changed alone.`);
  const all = new Set(ablation.heads ?? Array.from({ length: site.heads }, (_, h) => h));
  for (const [v, { parts }] of place.variants.entries()) {
    parts.forEach((part, i) => {
      const own = parts.length > 1 ? new Set(all.has(i) ? [0] : []) : all;
      if (own.size > 0) ablateMap(clone, site, part, own, ablation.how, v * parts.length + i);
    });
  }
}

/**
 * The prepared graph with some heads changed.
 * @param model the graph that `findAttention` returned with these sites
 * @throws HeadlightError `unsupported` for weights that are kept as 8-bit numbers, and for layers that are turns of a loop
 */
export function ablate(model: onnx.ModelProto, sites: readonly Site[], ablations: readonly Ablation[]): onnx.ModelProto {
  const clone = cloneModel(model);
  for (const ablation of ablations) {
    const site = sites.find((s) => s.key === ablation.key);
    if (!site) throw new HeadlightError('internal', `There is no attention at ${ablation.key}.`);
    apply(clone, site, ablation);
  }
  return clone.model;
}
