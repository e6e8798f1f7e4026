/** The graph as the finder sees it: nodes, facts, products by output, and which values are weights of the model. */

import type { onnx } from '../../onnx/proto.js';
import { GraphView, type NodeRef, operatorOf } from '../graph/view.ts';
import { count, type Fact } from '../infer/fact.ts';
import { type Facts, infer } from '../infer/infer.ts';
import type { Move } from './axes.ts';
import { isPackedProjection, type Product, productOf } from './product.ts';

/** Stored in the file, made of lengths alone, or computed by the model's own products. */
type Origin = 'stored' | 'made' | 'computed';

export class Subject {
  readonly view: GraphView;
  readonly facts: Facts;
  readonly products = new Map<string, Product>();
  private readonly origins = new Map<string, Origin>();
  private longer: Facts | undefined;
  private readonly supposed = new Map<string, Facts>();

  constructor(readonly model: onnx.ModelProto) {
    this.view = new GraphView(model);
    this.facts = infer(this.view);
    for (const ref of this.view.nodes) {
      const product = productOf(this.view, this.facts, ref);
      if (product) this.products.set(product.output, product);
    }
  }

  /** Facts under the assumption that a single-valued constant had another value. */
  supposing(name: string, value: number): Facts {
    const key = `${name}=${value}`;
    const known = this.supposed.get(key) ?? infer(this.view, 1, new Map([[name, value]]));
    this.supposed.set(key, known);
    return known;
  }

  /** How much larger a value becomes when every free length doubles: 1, 2 (linear in the length), 4 (quadratic). */
  growth(name: string): number {
    this.longer ??= infer(this.view, 2);
    const [now, then] = [this.shape(name), this.longer.get(name)?.shape];
    if (!now || !then) return Number.POSITIVE_INFINITY;
    return count(then) / Math.max(1, count(now));
  }

  fact(name: string): Fact | undefined {
    return this.facts.get(name);
  }

  shape(name: string): readonly number[] | null {
    return this.facts.get(name)?.shape ?? null;
  }

  /** A stored tensor, possibly moved, cast, scaled or dequantised, but not the result of a product: what a model has learned. */
  isWeight(name: string): boolean {
    return this.originOf(name, 24) === 'stored';
  }

  /** What a value that no input changes is made of; `computed` as soon as a product or a norm is among it. */
  private originOf(name: string, depth: number): Origin {
    const known = this.origins.get(name);
    if (known !== undefined) return known;
    const result = this.decideOrigin(name, depth);
    this.origins.set(name, result);
    return result;
  }

  private decideOrigin(name: string, depth: number): Origin {
    if (this.view.initializers.has(name)) return 'stored';
    if (this.facts.get(name)?.data !== false || depth === 0) return 'computed';
    const ref = this.view.producerOf(name);
    if (!ref || this.products.has(name) || /Norm/.test(ref.node.opType)) return 'computed';
    if (operatorOf(ref.node) === 'Constant') return 'stored';
    if (/^(Shape|Size|Range|ConstantOfShape)$/.test(ref.node.opType)) return 'made';
    const parts = ref.node.input.filter((i) => i && (this.shape(i)?.length ?? 1) > 0).map((i) => this.originOf(i, depth - 1));
    if (parts.includes('computed')) return 'computed';
    return parts.includes('stored') ? 'stored' : 'made';
  }

  /** Whether a value is the result of multiplying by a weight: a projection. */
  isProjection(ref: NodeRef): boolean {
    if (isPackedProjection(ref) || /^(Conv|ConvInteger|QLinearConv|FusedConv)$/.test(ref.node.opType)) return true;
    const product = this.products.get(ref.node.output[0] ?? '');
    return product !== undefined && (this.isWeight(product.a.name) || this.isWeight(product.b.name));
  }

  /** One node's way from an input to an output, for the axes. */
  move(ref: NodeRef, input: number, output: string): Move | null {
    const [from, to] = [this.shape(ref.node.input[input]!), this.shape(output)];
    if (!from || !to) return null;
    return { ref, from, to, input, facts: ref.node.input.map((name) => this.facts.get(name)) };
  }
}
