/**
 * The logit lens: the model's own way from its last residual state to its answer (final norm, transform, output weights), as a graph of its own, to
 * be shown the states of earlier layers.
 *
 *     lens(l) = head(h_l),   head = everything after h_L,   so that lens(L) is the model's own answer
 *
 * Source: nostalgebraist 2020, "interpreting GPT: the logit lens". For models whose last norm belongs to the last layer (BERT), h_l is normalised
 * already and the head is their prediction head.
 */
import { HeadlightError } from '../../errors.ts';
import { onnx } from '../../onnx/proto.js';
import { Builder, makeNode, valueInfo } from '../graph/builder.ts';
import { TYPE } from '../graph/constants.ts';
import type { AnswerOutput } from './answers.ts';
import { flowOf } from './flow.ts';
import type { Stack } from './layers.ts';
import type { Step, Steps } from './steps.ts';

export interface Lens {
  readonly model: onnx.ModelProto;
  /** Input: one layer's state, [1, T, D], or some of its positions where `perPosition`. */
  readonly state: 'headlight/state';
  /** Input, int64 [1]: how many of the likeliest are wanted. */
  readonly count: 'headlight/count';
  /** Input, int64 [A]: ids whose probability is wanted whatever their place. */
  readonly asked: 'headlight/asked';
  /** Output, float32 [N, k]: natural logarithms of the largest probabilities of each row, largest first. */
  readonly top: 'headlight/top';
  /** Output, int64 [N, k] */
  readonly ids: 'headlight/ids';
  /** Output, float32 [N, A]: natural logarithms of the probabilities of the ids that were asked for. */
  readonly answers: 'headlight/answers';
  /** Inputs of the model itself that its head reads, to be fed as in the run. */
  readonly inputs: readonly string[];
  /** True where each row of the answer depends on its own position of the state alone. */
  readonly perPosition: boolean;
}

/** TopK takes its count as an input since then. */
const SINCE = 11;
/** A head is a handful of nodes; more means that the walk went astray. */
const MOST_STEPS = 256;

class Walk {
  readonly steps = new Set<Step>();
  readonly weights = new Map<string, onnx.TensorProto>();
  readonly inputs = new Set<string>();
  readonly shapes = new Map<string, onnx.NodeProto>();

  constructor(
    private readonly all: Steps,
    private readonly state: string,
    private readonly flow: ReadonlySet<string>,
  ) {}

  visit(name: string): void {
    if (name === this.state) return;
    const { view } = this.all.subject;
    const weight = view.initializers.get(name);
    if (weight) this.weights.set(name, weight);
    else if (view.inputs.has(name)) this.inputs.add(name);
    else this.step(name, this.all.makerOf(name));
  }

  private step(name: string, step: Step | undefined): void {
    if (!step || step.node.attribute.some((a) => a.g)) throw refused(`${name} is made in a way that cannot be repeated alone`);
    if (this.steps.has(step)) return;
    if (this.steps.size >= MOST_STEPS) throw refused('it is no small part of the graph');
    if (this.measures(step)) return;
    this.steps.add(step);
    for (const read of step.reads) this.visit(read);
  }

  /** A length that is measured on a state of an earlier layer is the same on this one. */
  private measures({ node }: Step): boolean {
    const { subject } = this.all;
    const [of = '', made = ''] = [node.input[0], node.output[0]];
    if (node.opType !== 'Shape' || !this.flow.has(of) || of === this.state) return false;
    const [theirs, ours] = [subject.shape(of), subject.shape(this.state)];
    if (!theirs || !ours || theirs.join() !== ours.join()) return false;
    this.shapes.set(made, onnx.NodeProto.create({ ...node, input: [this.state], output: [made] }));
    return true;
  }
}

/**
 * @param steps of the prepared graph
 * @throws HeadlightError `unsupported`, with the reason, where the head cannot stand alone or does not fit the states of all layers
 */
export function lensOf(steps: Steps, { states }: Stack, answer: AnswerOutput): Lens {
  const { subject } = steps;
  const last = states.at(-1)!;
  const shapes = states.map((state) => subject.shape(state)?.join() ?? '').filter(Boolean);
  if (new Set(shapes).size > 1) throw refused('the layers have states of different sizes');
  if (subject.view.opset() < SINCE) throw refused(`the graph is written for operators before version ${SINCE}`);
  const walk = new Walk(steps, last, flowOf(steps));
  walk.visit(answer.logits);
  const b = new Builder('headlight/lens', subject.view.opset());
  const [width, text] = [subject.shape(states[0]!), subject.shape(answer.logits)];
  const model = written(steps, walk, last, answer.logits, b);
  return {
    ...{ model, state: 'headlight/state', count: 'headlight/count', asked: 'headlight/asked' },
    ...{ top: 'headlight/top', ids: 'headlight/ids', answers: 'headlight/answers', inputs: [...walk.inputs] },
    perPosition: walk.inputs.size === 0 && answer.positions && width?.length === 3 && text?.length === 3 && width[1] === text[1],
  };
}

function written(steps: Steps, walk: Walk, state: string, logits: string, b: Builder): onnx.ModelProto {
  const { model, view } = steps.subject;
  const rows = b.op('Reshape', [b.cast(logits, TYPE.float), b.op('Concat', [b.ints(-1), lastOf(b, logits)], { axis: 0 })]);
  const shares = b.op('LogSoftmax', [rows], { axis: 1 });
  b.nodes.push(makeNode('TopK', [shares, 'headlight/count'], ['headlight/top', 'headlight/ids'], { axis: 1 }));
  b.nodes.push(makeNode('Gather', [shares, 'headlight/asked'], ['headlight/answers'], { axis: 1 }));
  const own = steps.list.filter((step) => walk.steps.has(step)).map(({ node }) => node);
  const type = steps.subject.fact(state)?.type || TYPE.float;
  const graph = onnx.GraphProto.create({
    name: 'lens',
    node: [makeNode('Identity', ['headlight/state'], [state]), ...walk.shapes.values(), ...own, ...b.nodes],
    initializer: [...walk.weights.values(), ...b.initializers],
    input: [
      valueInfo('headlight/state', type),
      valueInfo('headlight/count', TYPE.int64, [1]),
      valueInfo('headlight/asked', TYPE.int64, ['asked']),
      ...[...walk.inputs].map((name) => view.inputs.get(name)!),
    ],
    output: [valueInfo('headlight/top', TYPE.float), valueInfo('headlight/ids', TYPE.int64), valueInfo('headlight/answers', TYPE.float)],
  });
  return onnx.ModelProto.create({ ...model, graph, functions: [] });
}

/** The length of the last axis, as an int64 vector of length 1. */
function lastOf(b: Builder, x: string): string {
  return b.op('Gather', [b.op('Shape', [x]), b.ints(-1)], { axis: 0 });
}

function refused(reason: string): HeadlightError {
  return new HeadlightError('unsupported', `The model’s head cannot read the states of its layers: ${reason}.`);
}
