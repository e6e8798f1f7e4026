/**
 * Gives a prepared graph more outputs: all weights, or q and k with thumbnails. What the file itself returns stays as it is.
 */

import { HeadlightError } from '../../errors.ts';
import { onnx } from '../../onnx/proto.js';
import type { Candidate } from '../find/candidate.ts';
import { planOf } from '../find/plan.ts';
import { Builder, valueInfo } from '../graph/builder.ts';
import { type Clone, cloneModel } from '../graph/clone.ts';
import { TYPE } from '../graph/constants.ts';
import type { Instrumented, Keep, Site, Tap } from '../types.ts';
import { expose, type Inner } from './expose.ts';
import { type HeadPlan, headPlanOf } from './head.ts';
import { pooled, rowSums } from './pool.ts';
import type { Layout } from './read.ts';
import { weightsOfMap, weightsOfParts } from './weights.ts';

/** Opsets before this one lack what thumbnails are made of. */
const VECTORS_SINCE = 11;

class Instrument {
  private readonly clone: Clone;
  private readonly loops = new Map<unknown, string>();
  private readonly opset: number;
  private readonly declared = new Set<string>();

  constructor(
    readonly source: onnx.ModelProto,
    private readonly opsetOf: number,
  ) {
    this.clone = cloneModel(source);
    this.opset = opsetOf;
  }

  get model(): onnx.ModelProto {
    return this.clone.model;
  }

  private write(graph: onnx.GraphProto, b: Builder): void {
    this.clone.graphOf.get(graph)!.node.push(...b.nodes);
    this.model.graph!.initializer.push(...b.initializers);
  }

  private declare(name: string, type: number): void {
    if (this.declared.has(name)) return;
    this.declared.add(name);
    this.model.graph!.output.push(valueInfo(name, type));
  }

  /** Weights of all heads as an output; the turns of one loop share theirs. */
  weights(site: Site): Tap {
    const { place, fused } = planOf(site);
    const first = place.variants[0]!.parts[0]!;
    const known = place.turn ? this.loops.get(first) : undefined;
    const name = known ?? this.weightsOutput(site);
    if (place.turn) this.loops.set(first, name);
    const layout: Layout = { kind: 'layout', turn: place.turn?.index ?? null, scale: null };
    return {
      key: site.key,
      weights: [name],
      thumbnails: null,
      sums: null,
      q: null,
      k: null,
      kept: [],
      check: this.check(fused?.check ?? null),
      layout,
    };
  }

  private weightsOutput(site: Site): string {
    const inner = planOf(site).place.variants.map(({ parts }, i): Inner => {
      const { graph, owner } = parts[0]!.map.ref;
      const b = new Builder(`headlight/${site.key}/${i}`, this.opset);
      const name = weightsOfParts(b, parts);
      if (name === null) throw new HeadlightError('unsupported', `${site.where}: the axes of its weights cannot be told apart.`);
      const out = b.op('Identity', [name]);
      this.write(graph, b);
      return { graph, owner, name: out };
    });
    return expose(this.clone, inner, `headlight/${site.key}/weights`);
  }

  private check(name: string | null): string | null {
    if (name) this.declare(name, TYPE.float);
    return name;
  }

  /** q, k, what a head needs besides, and thumbnails; weights where a head cannot be rebuilt from them. */
  vectors(site: Site): Tap {
    const plan = planOf(site);
    const head = this.opsetOf >= VECTORS_SINCE ? headPlanOf(site) : null;
    if (!head) return this.weights(site);
    const first = plan.place.variants[0]!.parts[0]!;
    const b = new Builder(`headlight/${site.key}/v`, this.opset);
    const map = weightsOfMap(b, first);
    const thumbnails = map && `headlight/${site.key}/thumbnails`;
    const sums = map && `headlight/${site.key}/sums`;
    if (thumbnails) b.rename(pooled(b, map), thumbnails);
    if (sums) b.rename(rowSums(b, map), sums);
    const q = this.keep(b, head, 'q', `headlight/${site.key}/q`);
    const k = this.keep(b, head, 'k', `headlight/${site.key}/k`);
    if (thumbnails && sums) this.hold(b, first, thumbnails, sums);
    else this.write(first.map.ref.graph, b);
    for (const name of [thumbnails, sums, q, k]) if (name) this.declare(name, TYPE.float);
    for (const { output, type } of head.kept) this.shared(head, output, type);
    const layout: Layout = { kind: 'layout', turn: null, scale: plan.after };
    const kept = head.kept.map((one) => one.output);
    return { key: site.key, weights: [], thumbnails, sums, q, k, kept, check: this.check(plan.fused?.check ?? null), layout };
  }

  /**
   * Lets what comes after the weights wait for their thumbnails and sums. The runtime is free to do all layers first and the thumbnails last, and would hold
   * the weights of every layer till then; a Slice whose start (always 0) needs the thumbnails keeps one layer's at a time;
   * a fused operator's check, a single number, waits by adding that 0. (A Reshape to a shape made of
   * both would copy nothing, but the runtime's fusion of reshapes loses its way in it where lengths are fixed.)
   */
  private hold(b: Builder, c: Candidate, thumbnails: string, sums: string): void {
    const graph = this.clone.graphOf.get(c.map.ref.graph)!;
    const held = c.fused?.check ?? c.value.product.output;
    const at = graph.node.findIndex((node) => node.output.includes(held));
    const before = `${held}/before`;
    const node = graph.node[at]!;
    const nothing = b.op('Mul', [b.op('Add', [b.size(thumbnails, 3), b.size(sums, 2)]), b.ints(0)]);
    const waits = c.fused
      ? b.op('Add', [before, b.op('Squeeze', [b.cast(nothing, TYPE.float), b.ints(0)])])
      : b.op('Slice', [before, nothing, b.ints(2 ** 62), b.ints(0)]);
    b.rename(waits, held);
    const output = node.output.map((name) => (name === held ? before : name));
    graph.node.splice(at, 1, onnx.NodeProto.create({ ...node, output }), ...b.nodes);
    this.model.graph!.initializer.push(...b.initializers);
  }

  /** The weights beside q and k: for runs so short that nothing has to be computed again. */
  both(site: Site): Tap {
    const vectors = this.vectors(site);
    if (vectors.weights.length > 0) return vectors;
    const weights = this.weights(site);
    const layout: Layout = { ...(weights.layout as Layout), scale: (vectors.layout as Layout).scale };
    return { ...vectors, weights: weights.weights, layout };
  }

  private keep(b: Builder, head: HeadPlan, which: 'q' | 'k', name: string): string {
    b.rename(head.vector(b, which), name);
    return name;
  }

  /** A kept value under its output name, once for all sites that need it. */
  private shared(head: HeadPlan, output: string, type: number): void {
    if (this.declared.has(output)) return;
    const b = new Builder(`${output}/at`, this.opset);
    b.rename(head.keep(b, output), output);
    this.write(this.source.graph!, b);
    this.declare(output, type);
  }
}

/**
 * A copy of the prepared graph with outputs for every site.
 * @param model the graph that `findAttention` returned with these sites
 * @param keep `weights`: all of [B, H, T, S]; `vectors`: q and k, linear in T, and thumbnails; `both`
 * @throws HeadlightError `unsupported` for weights whose axes cannot be told apart
 */
export function instrument(model: onnx.ModelProto, sites: readonly Site[], keep: Keep): Instrumented {
  const opset = Number(model.opsetImport.find((o) => o.domain === '' || o.domain === 'ai.onnx')?.version ?? 0);
  const work = new Instrument(model, opset);
  const taps = sites.map((site) => work[keep](site));
  return { model: work.model, taps };
}
