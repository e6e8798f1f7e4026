/**
 * Layers that attend, or mix tokens in attention's place, but have no weights to show as such: what to say of each.
 * Recognised by what they compute; what is merely a Softmax (a classifier, a router, pooling) is not mentioned.
 */
import type { Refusal } from '../../protocol/engine.ts';
import { graphsOf } from '../graph/attributes.ts';
import { type NodeRef, operatorOf } from '../graph/view.ts';
import { Atoms as AtomStore, type Atoms, type Axes, backward } from './axes.ts';
import type { Candidate, Outcome } from './candidate.ts';
import type { Subject } from './graph.ts';
import type { NormalisedMap } from './maps.ts';
import { isPackedProjection, type Operand, type Product, summed } from './product.ts';
import { axesOfLetters, productsBehind } from './scores.ts';
import { moduleOf } from './words.ts';

type Words = Omit<Refusal, 'where'>;

const ADDITIVE: Words = {
  reason:
    'additive attention: a softmax over keys whose score is a small network on q + k, not q·kᵀ; it has no heads, queries and keys to show',
  advice: 'Its softmax can be read as an output of the file.',
};
const JOINT: Words = {
  reason:
    'Softmax before opset 13 normalises all axes from its `axis` on together: here over queries and keys at once, so no row is a distribution',
  advice: 'If this is not intended, export with opset 13 or newer.',
};
const REARRANGED: Words = {
  reason:
    'the graph rearranges the scores between their product and the softmax (sparse, chunked or hashed attention): there is no T × S matrix',
  advice: 'Use the dense variant of the model where there is one.',
};
const SINGLE: Words = {
  reason: 'there is a single key in the sizes that the file fixes: every weight is 1',
  advice: 'Export the model for a larger input.',
};
const CHANNELS: Words = {
  reason: 'channel attention: features attend to features, and no token looks at another; there is no T × S matrix',
  advice: 'Look at the layers that attend over tokens, if the model has any.',
};
const CHOSEN: Words = {
  reason: 'an If between the scores and the softmax chooses how they are masked, and only a run tells which way it goes',
  advice: 'Export the model with that choice made.',
};
const LINEAR: Words = {
  reason: 'linear attention multiplies keys with values first: no T × S matrix exists',
  advice: 'Look at the softmax layers of the model, if it has any.',
};
const STATE: Words = {
  reason: 'state-space layer: tokens are mixed by a recurrence, no T × S matrix exists',
  advice: 'Look at the attention layers of the model, if it has any.',
};
function unnormalised(op: string): Words {
  const name = op === 'Sigmoid' ? 'sigmoid attention: no softmax; the' : `attention with ${op} in the place of softmax: the`;
  return {
    reason: `${name} T × S map exists, but its rows are not distributions`,
    advice: 'The map can be read as an output of the file.',
  };
}

/** Whether two activations meet in a product (neither side is a weight). */
function isMeeting(subject: Subject, product: Product): boolean {
  const data = (o: Operand): boolean => subject.fact(o.name)?.data === true && !subject.isWeight(o.name);
  return data(product.a) && data(product.b) && summed(product).length > 0;
}

/** Whether logits are a learned vector · tanh(something of q + something of k). */
function isAdditive(subject: Subject, map: NormalisedMap): boolean {
  return productsBehind(subject, map.logits).some((product) => {
    const data = [product.a, product.b].find((o) => !subject.isWeight(o.name));
    let ref = data && subject.view.producerOf(data.name);
    for (let reach = 0; ref && reach < 4 && !/^(Tanh|Relu|Elu|LeakyRelu)$/.test(ref.node.opType); reach++) {
      ref = /^(Reshape|Transpose|Unsqueeze|Squeeze|Cast|Mul)$/.test(ref.node.opType)
        ? subject.view.producerOf(ref.node.input[0]!)
        : undefined;
    }
    const sum = ref && subject.view.producerOf(ref.node.input[0]!);
    return sum?.node.opType === 'Add' && sum.node.input.every((i) => subject.fact(i)?.data && !subject.isWeight(i));
  });
}

const OTHER_THAN_DATA = /^(Shape|Size|.*Norm.*|LSTM|GRU|RNN|Conv.*)$/;

/** Whether two activations meet somewhere behind a value, on ways that no weight crosses. */
function meetsBehind(subject: Subject, name: string): boolean {
  const seen = new Set<string>();
  const queue = [name];
  while (queue.length > 0 && seen.size < 300) {
    const at = queue.shift()!;
    const ref = seen.has(at) ? undefined : subject.view.producerOf(at);
    seen.add(at);
    if (!ref || subject.fact(at)?.data === false || OTHER_THAN_DATA.test(ref.node.opType)) continue;
    const product = subject.products.get(at);
    if (product && isMeeting(subject, product)) return true;
    if (!product && !isPackedProjection(ref)) queue.push(...ref.node.input.filter(Boolean));
  }
  return false;
}

/** Whether a value, however it is moved, comes to multiply another activation. */
function meetsAhead(subject: Subject, name: string): boolean {
  const seen = new Set<string>();
  const queue = [name];
  while (queue.length > 0 && seen.size < 200) {
    const at = queue.shift()!;
    if (seen.has(at)) continue;
    seen.add(at);
    for (const ref of subject.view.consumersOf(at)) {
      const product = subject.products.get(ref.node.output[0] ?? '');
      if (product && isMeeting(subject, product)) return true;
      if (!product && !isPackedProjection(ref) && !OTHER_THAN_DATA.test(ref.node.opType)) queue.push(...ref.node.output.filter(Boolean));
    }
  }
  return false;
}

/** Whether a score product comes to a value through an If, whose branches take it from the graph around them. */
function choiceBehind(subject: Subject, name: string, reach = 12): boolean {
  const ref = subject.view.producerOf(name);
  if (!ref || reach === 0 || subject.products.has(name)) return false;
  if (ref.node.opType !== 'If') return ref.node.input.some((input) => input !== '' && choiceBehind(subject, input, reach - 1));
  const taken = graphsOf(ref.node).flatMap((branch) => branch.node.flatMap((node) => node.input));
  return taken.some((input) => input !== '' && meetsBehind(subject, input));
}

/** Pieces of sparse attention, one refusal for each module. */
export function refusePieces(parts: readonly Candidate[]): Refusal[] {
  const modules = new Set(parts.map((c) => moduleOf(c.map.ref.node)));
  return [...modules].map((where) => ({ where, ...REARRANGED }));
}

/** A map that weighs values and is no place of attention: what to say, or null. */
export function refuseMap(subject: Subject, map: NormalisedMap, outcome: Outcome): Refusal | null {
  if (outcome && 'site' in outcome) return null;
  const where = moduleOf(map.ref.node);
  if (outcome?.channels) return { where, ...CHANNELS };
  if (!outcome) {
    if (!meetsBehind(subject, map.logits) || !meetsAhead(subject, map.output)) return null;
    return { where, ...(map.axes.every((i) => subject.shape(map.logits)?.[i] === 1) ? SINGLE : REARRANGED) };
  }
  const meeting = productsBehind(subject, map.logits).some((p) => isMeeting(subject, p));
  if (meeting) {
    const wide = map.axes.filter((i) => (subject.shape(map.logits)?.[i] ?? 1) > 1);
    return { where, ...(wide.length > 1 ? JOINT : REARRANGED) };
  }
  if (isAdditive(subject, map)) return { where, ...ADDITIVE };
  return choiceBehind(subject, map.logits) ? { where, ...CHOSEN } : null;
}

/** Whether the summed axis of an operand is its feature axis (true) or runs over tokens (false); null when that does not show. */
function sumsFeatures(subject: Subject, product: Product, operand: Operand): boolean | null {
  const atoms = new AtomStore();
  const byLetter = new Map(operand.letters.map((l, i) => [l, atoms.fresh(subject.shape(operand.name)?.[i] ?? 1)]));
  const depth = summed(product).flatMap((l) => byLetter.get(l) ?? []);
  let axes: Axes = axesOfLetters(operand.letters, byLetter);
  for (let name = operand.name, reach = 40; reach > 0; reach--) {
    const ref = subject.view.producerOf(name);
    if (!ref) return null;
    if (subject.products.has(name) || isPackedProjection(ref)) return atProjection(subject, atoms, depth, axes, name);
    const input = ref.node.input.findIndex((i) => subject.fact(i)?.data && (subject.shape(i)?.length ?? 0) > 1);
    const move = input < 0 ? null : subject.move(ref, input, name);
    const previous = move && backward(atoms, axes, move);
    if (!previous) return null;
    axes = previous;
    name = ref.node.input[input]!;
  }
  return null;
}

function atProjection(subject: Subject, atoms: Atoms, depth: Axes[number], axes: Axes, name: string): boolean | null {
  const ids = new Set(atoms.resolve(depth).map((a) => a.id));
  const has = (i: number): boolean => atoms.resolve(axes.at(i) ?? []).some((a) => ids.has(a.id));
  const product = subject.products.get(name);
  if (!product) return has(-1);
  const weight = [product.a, product.b].find((o) => subject.isWeight(o.name));
  if (!weight) return null;
  const other = weight === product.a ? product.b : product.a;
  return product.letters.some((l, i) => weight.letters.includes(l) && !other.letters.includes(l) && has(i));
}

const PLAIN =
  /^(Mul|Div|Add|Sub|Cast|Identity|Transpose|Reshape|Unsqueeze|Squeeze|Where|Sigmoid|Relu|Pow|Max|Min|Exp|Tanh|Softplus|Elu|Clip|Trilu|Slice)$/;

/** The next product that a value reaches through plain operators, with the activations on the way. */
function nextMeeting(subject: Subject, name: string, reach: number, seen: Set<string>): { product: Product; on: readonly string[] } | null {
  if (seen.has(name) || reach === 0) return null;
  seen.add(name);
  for (const ref of subject.view.consumersOf(name)) {
    const product = subject.products.get(ref.node.output[0]!);
    if (product && isMeeting(subject, product) && (product.a.name === name || product.b.name === name)) return { product, on: [] };
    if (product || !PLAIN.test(ref.node.opType)) continue;
    const found = nextMeeting(subject, ref.node.output[0]!, reach - 1, seen);
    if (found) return { product: found.product, on: [operatorOf(ref.node), ...found.on] };
  }
  return null;
}

/** Two products in a row without a softmax between: linear attention, or attention with another function in softmax's place. */
export function refuseProducts(subject: Subject, taken: ReadonlySet<string>): Refusal[] {
  const found: Refusal[] = [];
  const used = new Set(taken);
  for (const product of subject.products.values()) {
    if (used.has(product.output) || !isMeeting(subject, product)) continue;
    const next = nextMeeting(subject, product.output, 10, new Set());
    if (!next || used.has(next.product.output)) continue;
    const features = [product.a, product.b].map((o) => sumsFeatures(subject, product, o));
    const where = moduleOf(product.ref.node);
    const activation = next.on.find((op) => /^(Sigmoid|Relu|Tanh|Softplus|Exp|Pow|Elu)$/.test(op));
    if (features.every((f) => f === false)) found.push({ where, ...LINEAR });
    else if (features.every((f) => f === true))
      found.push({ where, ...(activation === 'Exp' ? REARRANGED : unnormalised(activation ?? 'nothing')) });
    else continue;
    used.add(product.output);
    used.add(next.product.output);
  }
  return found;
}

function behindIs(subject: Subject, name: string, op: RegExp, reach = 6): boolean {
  const ref = subject.view.producerOf(name);
  if (!ref || reach === 0) return false;
  if (op.test(ref.node.opType)) return true;
  return (
    /^(Unsqueeze|Transpose|Reshape|Cast|Mul|Slice|Gather|Expand|Add|Clip)$/.test(ref.node.opType) &&
    behindIs(subject, ref.node.input[0]!, op, reach - 1)
  );
}

/** exp(Δ·A) with Δ = softplus(…) of the input: the decay of a selective state space. One refusal for each such node. */
export function refuseStates(subject: Subject): Refusal[] {
  const decays = (ref: NodeRef): boolean => {
    if (ref.node.opType !== 'Exp' || !subject.fact(ref.node.output[0]!)?.data) return false;
    const mul = subject.view.producerOf(ref.node.input[0]!);
    return (
      mul?.node.opType === 'Mul' &&
      mul.node.input.some((i) => behindIs(subject, i, /^Softplus$/)) &&
      mul.node.input.some((i) => !subject.fact(i)?.data)
    );
  };
  return subject.view.nodes.filter(decays).map((ref) => ({ where: moduleOf(ref.node), ...STATE }));
}
