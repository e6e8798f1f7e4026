/**
 * One head on demand: a small graph that makes a head's scores and weights from the q and k of a run, by the file's own operators, cut down to
 * one head. Everything between the score product and the weights is written again as [h, T, S], h = 1 (or H where heads are mixed).
 */
import { onnx } from '../../onnx/proto.js';
import type { Atom, Axes } from '../find/axes.ts';
import type { Candidate, Role } from '../find/candidate.ts';
import { planOf } from '../find/plan.ts';
import { summed } from '../find/product.ts';
import { axesOfLetters } from '../find/scores.ts';
import { Builder, valueInfo } from '../graph/builder.ts';
import { TYPE } from '../graph/constants.ts';
import type { HeadModel, Site, Tap } from '../types.ts';
import { rewritten } from './again.ts';
import { laidOut } from './layout.ts';
import { type Chosen, type Kept, Sides } from './side.ts';

export interface HeadPlan {
  readonly model: onnx.ModelProto;
  readonly kept: readonly Kept[];
  /** Writes q [B, H, T, d] or k [B, H, S, d] of the run. */
  readonly vector: (b: Builder, which: 'q' | 'k') => string;
  /** Writes one kept value of the run under its output name. */
  readonly keep: (b: Builder, output: string) => string;
}

const plans = new WeakMap<object, HeadPlan | null>();

/** The axes of an operand of the score product. */
export function operandAxes(c: Candidate, which: 'q' | 'k'): Axes {
  return axesOfLetters((which === 'q' ? c.score.query : c.score.key).letters, c.score.atomOf);
}

/** Roles of q and of k in the order in which they are kept. */
const ORDER: Readonly<Record<'q' | 'k', readonly Role[]>> = {
  q: ['batch', 'head', 'query', 'depth'],
  k: ['batch', 'head', 'key', 'depth'],
};

function vectorOf(b: Builder, c: Candidate, which: 'q' | 'k'): string | null {
  const operand = which === 'q' ? c.score.query : c.score.key;
  const float = c.subject.fact(operand.name)?.type === TYPE.float ? operand.name : b.cast(operand.name, TYPE.float);
  return laidOut(b, float, { axes: operandAxes(c, which), candidate: c }, ORDER[which]);
}

/** Atoms that are summed over must come in the same order on both sides. */
function sameDepth(c: Candidate): boolean {
  const letters = new Set(summed(c.score.product));
  const order = (list: readonly string[]): string => list.filter((l) => letters.has(l)).join('');
  return order(c.score.query.letters) === order(c.score.key.letters) || letters.size === 1;
}

/** q and k for the chosen batch and head from [B', H', n, d], where B' or H' may be shorter than B and H. */
function chosenVector(b: Builder, x: string, heads: readonly Atom[], own: readonly Atom[], chosen: Chosen): string {
  const one = b.op('Gather', [x, b.op('Mod', [chosen.batch, b.size(x, 0)])], { axis: 0 });
  const flat = b.op('Squeeze', [one, b.ints(0)]);
  if (chosen.allHeads) return flat;
  const index = own.reduce<string | null>((sum, atom) => {
    const at = heads.findIndex((a) => a.id === atom.id);
    const stride = heads.slice(at + 1).reduce((n, a) => n * a.size, 1);
    const digit = b.op('Mod', [stride === 1 ? chosen.head : b.op('Div', [chosen.head, b.ints(stride)]), b.ints(atom.size)]);
    return sum === null ? digit : b.op('Add', [b.op('Mul', [sum, b.ints(atom.size)]), digit]);
  }, null);
  return b.op('Gather', [flat, index === null ? b.ints(0) : index], { axis: 0 });
}

function ownHeads(c: Candidate, which: 'q' | 'k'): Atom[] {
  const atoms = operandAxes(c, which).flatMap((axis) => c.score.region.atoms.resolve(axis));
  return c.heads.filter((h) => atoms.some((a) => a.id === h.id));
}

function imports(model: onnx.ModelProto): onnx.OperatorSetIdProto[] {
  return model.opsetImport.map((o) => onnx.OperatorSetIdProto.create({ ...o }));
}

/** Writes the graph of a head; null when some operator on the way cannot be cut down to one head. */
function build(site: Site): HeadPlan | null {
  const { place, subject } = planOf(site);
  const c = place.variants[0]!.parts[0]!;
  const types = [c.score.query, c.score.key].map((o) => subject.fact(o.name)?.type);
  const plain =
    types.every((t) => t === TYPE.float || t === TYPE.float16) &&
    /^(MatMul|FusedMatMul|TransposeMatMul|Einsum|ReduceSum|Gemm)$/.test(c.score.product.ref.node.opType);
  if (place.variants.length > 1 || place.variants[0]!.parts.length > 1 || place.turn || c.map.ref.owner || !plain || !sameDepth(c))
    return null;
  const b = new Builder('head', subject.view.opset());
  const sides = new Sides(subject, b);
  const mixes = c.score.region
    .nodesTo(c.weights)
    .some((ref) => ref.node.opType !== 'ReduceSum' && subject.products.has(ref.node.output[0]!));
  const chosen: Chosen = { head: 'head', batch: 'batch', allHeads: mixes };
  const probe = new Builder('probe', subject.view.opset());
  if (vectorOf(probe, c, 'q') === null || vectorOf(probe, c, 'k') === null) return null;
  const typed = (x: string): string => (types[0] === TYPE.float ? x : b.cast(x, types[0]!));
  const q = typed(chosenVector(b, 'q', c.heads, ownHeads(c, 'q'), chosen));
  const k = b.op('Transpose', [typed(chosenVector(b, 'k', c.heads, ownHeads(c, 'k'), chosen))], { perm: [0, 2, 1] });
  const outputs = rewritten(c, b, sides, chosen, b.op('MatMul', [q, k]));
  if (!outputs) return null;
  const finish = (x: string, name: string): void => {
    const head = mixes ? b.op('Gather', [x, 'head'], { axis: 0 }) : x;
    b.rename(b.op('Squeeze', [b.cast(head, TYPE.float), b.ints(0)]), name);
  };
  finish(outputs.scores, 'scores');
  finish(outputs.weights, 'weights');
  const names = (list: readonly Kept[]): onnx.ValueInfoProto[] => list.map((one) => valueInfo(one.output, one.type));
  const graph = onnx.GraphProto.create({
    name: 'head',
    node: b.nodes,
    initializer: b.initializers,
    input: [
      valueInfo('q', TYPE.float, ['B', 'Hq', 'T', 'd']),
      valueInfo('k', TYPE.float, ['B', 'Hk', 'S', 'd']),
      valueInfo('head', TYPE.int64, [1]),
      valueInfo('batch', TYPE.int64, [1]),
      ...names(sides.kept),
    ],
    output: [valueInfo('weights', TYPE.float, ['T', 'S']), valueInfo('scores', TYPE.float, ['T', 'S'])],
  });
  const model = onnx.ModelProto.create({
    irVersion: subject.model.irVersion,
    opsetImport: imports(subject.model),
    producerName: 'headlight',
    graph,
  });
  const sourceOf = new Map(sides.kept.map((one) => [one.output, one.source]));
  return {
    model,
    kept: sides.kept,
    vector: (into, which) => vectorOf(into, c, which)!,
    keep: (into, output) => into.op('Identity', [sourceOf.get(output)!]),
  };
}

/** The plan of a site's head graph, made once. */
export function headPlanOf(site: Site): HeadPlan | null {
  const known = plans.get(site.plan);
  if (known !== undefined) return known;
  const made = build(site);
  plans.set(site.plan, made);
  return made;
}

/**
 * The graph that makes one head's weights from what a run kept.
 * @returns null where a head cannot be rebuilt: `instrument` keeps the weights there even for `vectors`
 */
export function headModel(_model: onnx.ModelProto, site: Site, tap: Tap): HeadModel | null {
  const plan = headPlanOf(site);
  if (!plan || !tap.q || !tap.k) return null;
  const feeds = new Map([['q', tap.q], ['k', tap.k], ...plan.kept.map((one) => [one.output, one.output] as const)]);
  return { model: plan.model, feeds, head: 'head', batch: 'batch', weights: 'weights', scores: 'scores' };
}
