/**
 * Walks a graph once with a number for every free length and follows types, sizes and small contents.
 *
 * Exporters compute shapes, masks and scales in the graph; with concrete numbers all that is plain arithmetic, and what a Reshape does to the
 * axes can be read off. Masks that are fed in are taken as all ones: then an exporter's causal triangle becomes visible as contents.
 */

import type { onnx } from '../../onnx/proto.js';
import { table } from '../../table.ts';
import { graphsOf } from '../graph/attributes.ts';
import { dimsOf, isFloat, valuesOf } from '../graph/constants.ts';
import { type GraphView, operatorOf } from '../graph/view.ts';
import { CONTRIB } from './contrib.ts';
import { ELEMENTWISE } from './elementwise.ts';
import {
  type Clash,
  count,
  type Fact,
  fact,
  type Listener,
  lazyFact,
  listening,
  type Rule,
  type Step,
  UNKNOWN,
  VALUE_LIMIT,
} from './fact.ts';
import { Lengths } from './lengths.ts';
import { PRODUCTS } from './products.ts';
import { SHAPING } from './shaping.ts';

const RULES: Readonly<Record<string, Rule>> = table({ ...ELEMENTWISE, ...SHAPING, ...PRODUCTS, ...CONTRIB });

/** How often lengths are joined and the walk begun again. */
const ATTEMPTS = 8;

export type Facts = ReadonlyMap<string, Fact>;

/** What is assumed of the contents of an input: masks are ones, positions count up; ids and pixels are unknown. */
function assumed(name: string, shape: readonly number[] | null): number[] | null {
  if (!shape || count(shape) > VALUE_LIMIT) return null;
  if (/mask/i.test(name)) return new Array<number>(count(shape)).fill(1);
  if (/position_?ids|cache_position/i.test(name)) return Array.from({ length: count(shape) }, (_, i) => i % (shape.at(-1) ?? 1));
  return null;
}

class Inference {
  readonly facts = new Map<string, Fact>();
  private readonly lengths: Lengths;
  private readonly opset: number;

  constructor(
    private readonly view: GraphView,
    factor: number,
    private readonly instead: ReadonlyMap<string, number>,
  ) {
    this.lengths = new Lengths(factor);
    this.opset = view.opset();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { clash, tooShort } = this.walk();
      const mended =
        tooShort && this.lengths.stretch(this.contentLengths()) ? true : clash !== null && this.lengths.join(clash, this.maskLengths());
      if (!mended) return;
      this.lengths.restart();
    }
  }

  /** One walk over the graph: the first clash of two lengths, and whether a length was too short. */
  private walk(): { clash: Clash | null; tooShort: boolean } {
    const { view } = this;
    const heard: { clash: Clash | null; tooShort: boolean } = { clash: null, tooShort: false };
    this.facts.clear();
    this.lengths.seed(view.inputs.values());
    for (const [name, input] of view.inputs) {
      const shape = this.lengths.shape(input);
      this.facts.set(name, fact(input.type?.tensorType?.elemType ?? 0, shape, true, assumed(name, shape)));
    }
    const listener: Listener = {
      clash: (clash) => {
        heard.clash ??= clash;
      },
      tooShort: () => {
        heard.tooShort = true;
      },
    };
    if (view.model.graph) listening(listener, () => this.graph(view.model.graph!));
    return heard;
  }

  /** Free lengths of inputs that are no numbers of tokens: samples, frames, pixels. */
  private contentLengths(): Set<string> {
    const floats = [...this.view.inputs.values()].filter((input) => isFloat(input.type?.tensorType?.elemType ?? 0));
    return new Set(floats.flatMap((input) => this.lengths.namesOf(input).slice(1)));
  }

  /** Names of free lengths that only masks have. */
  private maskLengths(): Set<string> {
    const names = (mask: boolean): string[] =>
      [...this.view.inputs]
        .filter(([name]) => /mask/i.test(name) === mask)
        .flatMap(([, input]) => input.type?.tensorType?.shape?.dim.map((d) => d.dimParam ?? '') ?? []);
    const others = new Set(names(false));
    return new Set(names(true).filter((name) => !others.has(name)));
  }

  private graph(graph: onnx.GraphProto): void {
    for (const t of graph.initializer)
      this.facts.set(
        t.name,
        this.replaced(
          t.name,
          lazyFact(t.dataType, dimsOf(t), () => valuesOf(t, VALUE_LIMIT)),
        ),
      );
    for (const node of graph.node) {
      if (graphsOf(node).length > 0) this.nested(node);
      else this.plain(node);
    }
  }

  private plain(node: onnx.NodeProto): void {
    const step: Step = { node, opset: this.opset, input: (i) => (node.input[i] ? (this.facts.get(node.input[i]!) ?? UNKNOWN) : undefined) };
    const results = RULES[operatorOf(node)]?.(step) ?? [];
    node.output.forEach((name, i) => {
      if (name) this.facts.set(name, this.replaced(name, this.completed(name, results[i] ?? null)));
    });
  }

  private replaced(name: string, known: Fact): Fact {
    const value = this.instead.get(name);
    return value === undefined ? known : { ...known, value: [value] };
  }

  /** What a rule left open, from the file's own value_info. */
  private completed(name: string, known: Fact | null): Fact {
    if (known?.shape && known.type) return known;
    const info = this.view.valueInfo.get(name);
    const stated = info?.type?.tensorType;
    const shape = known?.shape ?? (info && this.statedShape(info));
    return fact(known?.type || (stated?.elemType ?? 0), shape ?? null, known?.data ?? true, known?.value ?? null);
  }

  private statedShape(info: onnx.ValueInfoProto): number[] | null {
    const dims = info.type?.tensorType?.shape?.dim;
    const named = dims?.every((d) => Number(d.dimValue ?? 0) > 0 || d.dimParam);
    return named ? this.lengths.shape(info) : null;
  }

  private seed(inputs: readonly onnx.ValueInfoProto[], outer: readonly (Fact | undefined)[]): void {
    inputs.forEach((input, i) => {
      const known = outer[i];
      const type = input.type?.tensorType?.elemType ?? 0;
      this.facts.set(input.name, known ? fact(known.type || type, known.shape, true) : fact(type, this.statedShape(input), true));
    });
  }

  private nested(node: onnx.NodeProto): void {
    const inputs = node.input.map((name) => (name ? this.facts.get(name) : undefined));
    const bodies = graphsOf(node);
    if (node.opType === 'Loop') {
      const [trips, , ...carried] = inputs;
      this.seed(bodies[0]!.input, [fact(7, [], true), fact(9, [], true), ...carried]);
      this.graph(bodies[0]!);
      this.results(node, bodies[0]!.output.slice(1), carried.length, trips?.value?.[0] ?? null);
      return;
    }
    for (const body of bodies) {
      if (node.opType !== 'If') this.seed(body.input, []);
      this.graph(body);
    }
    const condition = node.opType === 'If' ? inputs[0]?.value?.[0] : undefined;
    const chosen =
      condition === undefined
        ? bodies.length - 1
        : bodies.findIndex((_, i) => this.branch(node, i) === (condition ? 'then_branch' : 'else_branch'));
    this.results(node, bodies[Math.max(0, chosen)]?.output ?? [], node.output.length, null, condition !== undefined);
  }

  private branch(node: onnx.NodeProto, index: number): string {
    return node.attribute.filter((a) => a.g)[index]?.name ?? '';
  }

  /** Facts of a node with subgraphs; contents pass where it is known which branch is taken. */
  private results(
    node: onnx.NodeProto,
    inner: readonly onnx.ValueInfoProto[],
    carried: number,
    trips: number | null,
    passes = false,
  ): void {
    node.output.forEach((name, i) => {
      const known = this.facts.get(inner[i]?.name ?? '');
      const shape = known?.shape && i >= carried ? (trips === null ? null : [trips, ...known.shape]) : (known?.shape ?? null);
      if (name) this.facts.set(name, this.completed(name, known ? fact(known.type, shape, known.data, passes ? known.value : null) : null));
    });
  }
}

/**
 * Facts of all values of a model, by name.
 * @param factor how much longer than usual free lengths are chosen, to see what grows with them
 * @param instead contents of single-valued constants to be assumed in the place of their own, to see what they do
 */
export function infer(view: GraphView, factor = 1, instead: ReadonlyMap<string, number> = new Map()): Facts {
  return new Inference(view, factor, instead).facts;
}
