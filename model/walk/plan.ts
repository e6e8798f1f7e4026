/** The plan of a walk: which steps a graph consists of, in which pieces they are computed, and what the pieces need of each other. */
import { attributeOf, nodeName } from '../onnx/attributes.ts';
import { Graph } from '../onnx/graph.ts';
import { modulePath } from '../onnx/module-path.ts';
import type { onnx } from '../onnx/proto.js';
import type { SiteFacts } from '../protocol/engine.ts';
import { categoryOf } from './operators.ts';
import { attentionsOf } from './roles.ts';
import { cutsOf } from './sections.ts';
import { type RawStep, type Steps, stepsOf } from './steps.ts';
import type { Role, WalkSection, WalkStep } from './types.ts';

export interface WalkPlan {
  readonly graph: Graph;
  readonly steps: Steps;
  readonly sections: readonly WalkSection[];
  /** Section of each step. */
  readonly sectionOf: ReadonlyMap<string, number>;
}

/**
 * @param model a prepared graph
 * @param sites its places of attention
 * @param stages names of values as a checkpoint's blocks write them down, by value
 */
export function planWalk(
  model: onnx.ModelProto,
  sites: readonly Pick<SiteFacts, 'key' | 'node'>[],
  stages: ReadonlyMap<string, readonly string[]> = new Map(),
): WalkPlan {
  const graph = new Graph(model.graph!);
  const steps = stepsOf(graph, stages);
  const attentions = attentionsOf(steps.steps);
  const roles = new Map<string, Role>(attentions.flatMap((attention) => [...attention.roles]));
  const known = steps.steps.map((step) => stepFacts(step, steps, graph, { roles, stages }));
  const cuts = cutsOf(
    steps.steps,
    attentions.map(({ softmax }) => softmax),
  );
  const keys = keysOf(
    steps.steps,
    attentions.map(({ softmax }) => softmax),
    sites,
  );
  const sections = [-1, ...cuts.map(({ after }) => after)].map((start, i): WalkSection => {
    const end = cuts[i]?.after ?? known.length - 1;
    const inside = [...keys].filter(([softmax]) => softmax > start && softmax <= end).map(([, key]) => key);
    const isLast = i === cuts.length && cuts.length > 0;
    return { kind: inside.length > 0 ? 'layer' : isLast ? 'end' : 'start', sites: inside, steps: known.slice(start + 1, end + 1) };
  });
  const used = sections.filter((section) => section.steps.length > 0);
  const sectionOf = new Map(used.flatMap((section, i) => section.steps.map(({ id }) => [id, i] as const)));
  return { graph, steps, sections: used, sectionOf };
}

/** The site of each softmax: by the name of its node, else in order. */
function keysOf(
  steps: readonly RawStep[],
  softmaxes: readonly number[],
  sites: readonly Pick<SiteFacts, 'key' | 'node'>[],
): Map<number, string> {
  const left = new Map(sites.map((site) => [site.node, site.key]));
  const keys = new Map<number, string>();
  for (const index of softmaxes) {
    const { nodes } = steps[index]!;
    const name = [nodeName(nodes[0]!), nodes[0]!.output[0]!].find((one) => left.has(one));
    if (name === undefined) continue;
    keys.set(index, left.get(name)!);
    left.delete(name);
  }
  const rest = [...left.values()];
  const unnamed = softmaxes.filter((index) => !keys.has(index));
  if (rest.length === unnamed.length) for (const [i, index] of unnamed.entries()) keys.set(index, rest[i]!);
  return new Map([...keys].sort(([a], [b]) => a - b));
}

interface Names {
  readonly roles: ReadonlyMap<string, Role>;
  readonly stages: ReadonlyMap<string, readonly string[]>;
}

function stepFacts(step: RawStep, { natures }: Steps, graph: Graph, { roles, stages }: Names): WalkStep {
  const [first] = step.nodes;
  const hasWeights = ['embedding', 'linear', 'convolution', 'norm'].includes(step.kind);
  const isNorm = step.kind === 'norm';
  // What a norm's numbers were moved by is none of its weights: a shape is a vector too.
  const own = isNorm ? step.nodes.filter((node) => categoryOf(node) !== 'layout') : step.nodes;
  const stored = (hasWeights ? own : []).flatMap((node) =>
    node.input.filter((name) => natures.get(name) === 'constant').map((name) => ({ name, shape: shapeBehind(graph, name) ?? [] })),
  );
  const weight = stored.find(({ shape }) => shape.length >= 2 && !isVector(shape))?.name ?? null;
  const vectors = stored.filter(({ shape }) => isVector(shape));
  return {
    id: step.id,
    kind: step.kind,
    role: roles.get(step.id) ?? null,
    path: pathOf(step, stages, graph),
    inputs: step.inputs,
    weight: isNorm ? (vectors[0]?.name ?? null) : weight,
    bias: (isNorm ? vectors[1]?.name : vectors[0]?.name) ?? null,
    side: step.kind === 'add' ? (first?.input.find((name) => natures.get(name) !== 'content') ?? null) : null,
    numbers: numbersOf(step, graph),
    operators: step.nodes
      .filter((node) => node === first || categoryOf(node) !== 'layout')
      .map(({ opType }) => opType)
      .join(' '),
    transposed: step.transposed,
  };
}

/** The stage's name without what stages have in common, or the module that the exporter wrote down, or the stored tensor's. */
function pathOf({ id, nodes }: RawStep, stages: ReadonlyMap<string, readonly string[]>, graph: Graph): string {
  const names = [id, ...nodes.flatMap(({ output }) => output)].flatMap((value) => stages.get(value) ?? []);
  const stage = names.find((name) => name.startsWith('stage/')) ?? names[0];
  if (stage) return stage.replace(/^stage\//, '');
  const stored = nodes.flatMap(({ input }) => input).find((name) => graph.initializer(name) !== null && /\.(weight|bias)$/.test(name));
  return stored?.replace(/\.(weight|bias)$/, '') ?? modulePath(nodes.at(-1)!).join('.');
}

type Shape = readonly (number | string | null)[];

/** [n], or [1, n]; a single number is none. */
const isVector = (shape: Shape): boolean => Number(shape.at(-1) ?? 0) > 1 && shape.slice(0, -1).every((length) => length === 1);

/** The shape of a constant, through what only moves it, and of 1 + a vector. */
function shapeBehind(graph: Graph, value: string): Shape | null {
  const shape = graph.type(value)?.shape;
  if (shape) return shape;
  const node = graph.producer(value);
  const stored = node?.opType === 'Constant' ? graph.constant(value) : null;
  if (stored) return stored.shape;
  if (!node) return null;
  if (['Transpose', 'Identity', 'Cast', 'DequantizeLinear'].includes(node.opType)) return shapeBehind(graph, node.input[0]!);
  if (node.opType !== 'Add' && node.opType !== 'Mul') return null;
  return node.input.map((name) => shapeBehind(graph, name) ?? []).reduce((a, b) => (b.length > a.length ? b : a));
}

/** ε of a norm, and the factor of a scale. */
function numbersOf({ kind, nodes }: RawStep, graph: Graph): Record<string, number> {
  const single = (name: string) => {
    const value = graph.constant(name);
    return value && value.data.length === 1 ? Number(value.data[0]) : null;
  };
  if (kind === 'norm') {
    const epsilon = nodes.map((node) => attributeOf(node, 'epsilon')?.f).find((f) => f !== undefined);
    const added = nodes.filter(({ opType }) => opType === 'Add').flatMap(({ input }) => input.map(single));
    const found = epsilon ?? added.find((number) => number !== null && number < 1e-2);
    return found === undefined || found === null ? {} : { epsilon: found };
  }
  if (kind !== 'scale') return {};
  let scale = 1;
  for (const { opType, input } of nodes) {
    if (opType !== 'Mul' && opType !== 'Div') continue;
    const factor = input.map(single).find((number) => number !== null);
    if (factor === undefined || factor === null) return {};
    scale = opType === 'Mul' ? scale * factor : scale / factor;
  }
  return { scale };
}
