/** A piece of the walk as a graph of its own: it starts from what earlier pieces computed and reads only the weights that it uses itself. */
import { dataTypeOf } from '../onnx/dtypes.ts';
import { onnx } from '../onnx/proto.js';
import type { DType } from '../tensor.ts';
import type { WalkPlan } from './plan.ts';
import type { WalkSection } from './types.ts';

/** What a piece is made of. */
export interface Piece {
  readonly nodes: ReadonlySet<onnx.NodeProto>;
  /** Values of earlier pieces that it starts from. */
  readonly carried: readonly string[];
  /** Inputs of the whole graph that it uses. */
  readonly inputs: readonly string[];
}

/** What the wanted values of a section need. @param wanted names of values, steps as a rule */
export function pieceOf({ graph, steps, sectionOf }: WalkPlan, section: number, wanted: readonly string[]): Piece {
  const nodes = new Set<onnx.NodeProto>();
  const carried = new Set<string>();
  const inputs = new Set<string>();
  const seen = new Set<string>();
  const isEarlier = (value: string) => (sectionOf.get(value) ?? sectionOf.get(steps.source.get(value) ?? value) ?? section) < section;
  const open = [...wanted];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    const node = graph.producer(value);
    if (sectionOf.has(value) && isEarlier(value)) carried.add(value);
    else if (node && (node.opType === 'Shape' || node.opType === 'Size') && isEarlier(node.input[0]!)) carried.add(value);
    else if (node) {
      nodes.add(node);
      open.push(...node.input.filter(Boolean), ...graph.subgraphs(node).flatMap((inner) => inner.outerValues()));
    } else if (graph.inputs.some(({ name }) => name === value)) inputs.add(value);
  }
  return { nodes, carried: [...carried], inputs: [...inputs] };
}

/** The section in which a carried value is computed: a step's, or that of the values whose lengths it tells. */
export function homeOf({ graph, steps, sectionOf }: WalkPlan, value: string): number {
  const known = sectionOf.get(value);
  if (known !== undefined) return known;
  const [measured = ''] = graph.producer(value)?.input ?? [];
  return sectionOf.get(measured) ?? sectionOf.get(steps.source.get(measured) ?? measured) ?? 0;
}

/**
 * The graph of a piece.
 * @param types element types of the carried values
 */
export function pieceModel(
  model: onnx.ModelProto,
  plan: WalkPlan,
  piece: Piece,
  wanted: readonly string[],
  types: ReadonlyMap<string, DType>,
) {
  const whole = model.graph!;
  const node = plan.graph.nodes.filter((one) => piece.nodes.has(one));
  const used = new Set(node.flatMap((one) => [...one.input, ...plan.graph.subgraphs(one).flatMap((inner) => inner.outerValues())]));
  for (const value of wanted) used.add(value);
  const started = piece.carried.map((name) => valueInfo(name, types.get(name)));
  const graph = onnx.GraphProto.create({
    name: whole.name,
    node: [...node],
    input: [...whole.input.filter(({ name }) => piece.inputs.includes(name)), ...started],
    output: wanted.map((name) => valueInfo(name, undefined)),
    initializer: whole.initializer.filter(({ name }) => used.has(name)),
  });
  return onnx.ModelProto.create({ ...model, graph });
}

/** Without a type where the runtime is to infer it. */
function valueInfo(name: string, dtype: DType | undefined): onnx.ValueInfoProto {
  if (dtype === undefined) return onnx.ValueInfoProto.create({ name });
  return onnx.ValueInfoProto.create({ name, type: onnx.TypeProto.create({ tensorType: { elemType: dataTypeOf(dtype) } }) });
}

/** The values of a section's steps, and what is added in them. */
export const wantedOf = ({ steps }: Pick<WalkSection, 'steps'>): string[] =>
  steps.flatMap(({ id, side }) => (side === null ? [id] : [id, side]));

/** For each section of a plan the values that later ones start from. */
export function passedOf(plan: WalkPlan): string[][] {
  const passed = plan.sections.map(() => new Set<string>());
  plan.sections.forEach((section, index) => {
    for (const value of pieceOf(plan, index, wantedOf(section)).carried) passed[homeOf(plan, value)]!.add(value);
  });
  return passed.map((values) => [...values]);
}
