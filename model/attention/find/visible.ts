/**
 * Which keys a query may see, read off the masks themselves: exporters compute them in the graph, and with concrete lengths (and a mask input
 * of ones) their contents are known.
 */
import type { NodeRef } from '../graph/view.ts';
import { broadcastIndex } from '../infer/fact.ts';
import type { Facts } from '../infer/infer.ts';
import type { Candidate, Role } from './candidate.ts';

export interface Visibility {
  readonly causal: boolean;
  readonly window: number | null;
}

/** A logit below this is no logit but a mask. */
const MASKED = -1e3;

/** Masks with more places than this are not followed. */
const MOST_PLACES = 2 ** 24;

/** Where queries and keys lie in a value of the logits' shape. */
interface Plane {
  readonly T: number;
  readonly S: number;
  /** For each [T, S] at batch 0 and head 0 its place in the value. */
  readonly places: readonly number[];
}

/** Null where an axis of the value holds queries or keys together with something else. */
function planeOf(c: Candidate, name: string): Plane | null {
  const { region } = c.score;
  const [axes, shape] = [region.axes(name), c.subject.shape(name)];
  if (!axes || !shape) return null;
  const roles = axes.map((axis) => new Set(region.atoms.resolve(axis).map(c.role)));
  const at = (role: Role): number[] => roles.flatMap((set, i) => (set.has(role) ? [i] : []));
  const [query, key] = [at('query'), at('key')];
  if (query.length > 1 || key.length !== 1 || [...query, ...key].some((i) => roles[i]!.size > 1)) return null;
  const step = (axis: number | undefined): number => (axis === undefined ? 0 : shape.slice(axis + 1).reduce((n, size) => n * size, 1));
  const [T, S] = [query[0] === undefined ? 1 : shape[query[0]]!, shape[key[0]!]!];
  if (!(T * S <= MOST_PLACES)) return null;
  return { T, S, places: Array.from({ length: T * S }, (_, i) => Math.floor(i / S) * step(query[0]) + (i % S) * step(key[0])) };
}

/** For each place of a plane: masked or not, from one node of the chain; null when it masks nothing that is known. */
function maskedBy(c: Candidate, facts: Facts, ref: NodeRef, plane: readonly number[]): boolean[] | null {
  const out = c.subject.shape(ref.node.output[0]!)!;
  const { score } = c;
  const side = ref.node.input.map((name) => (score.region.has(name) ? null : facts.get(name)));
  const pick = (i: number): ((flat: number) => number) | null => {
    const f = side[i];
    if (!f?.value || !f.shape) return null;
    const at = broadcastIndex(f.shape, out);
    return (flat) => f.value![at(flat)]!;
  };
  if (ref.node.opType === 'Where') {
    const [condition, yes, no] = [pick(0), pick(1), pick(2)];
    if (!condition) return null;
    return plane.map((i) => {
      const chosen = condition(i) ? yes : no;
      return chosen !== null && chosen(i) < MASKED;
    });
  }
  const added = pick(side[0] ? 0 : 1);
  if (ref.node.opType === 'Add' && added) return plane.map((i) => added(i) < MASKED);
  return ref.node.opType === 'Sub' && added && side[1] ? plane.map((i) => -added(i) < MASKED) : null;
}

/** All keys later than the query hidden, and the query itself not. */
function isCausal(hidden: readonly boolean[], T: number, S: number): boolean {
  const past = S - T;
  for (let i = 0; i < T; i++) {
    if (hidden[i * S + i + past]) return false;
    for (let j = i + past + 1; j < S; j++) if (!hidden[i * S + j]) return false;
  }
  return T > 1 && past >= 0;
}

/** How many keys the last query sees up to itself, if every query sees that many at most; null when it sees all. */
function windowOf(hidden: readonly boolean[], T: number, S: number): number | null {
  const past = S - T;
  if (past < 0) return null;
  let seen = 0;
  while (seen < S && !hidden[(T - 1) * S + S - 1 - seen]) seen++;
  if (seen === 0 || seen >= S) return null;
  for (let i = 0; i < T; i++) for (let j = 0; j <= i + past - seen; j++) if (!hidden[i * S + j]) return null;
  return seen;
}

/** What is hidden by all masks between product and softmax. */
function visible(c: Candidate, facts: Facts): Visibility {
  let hidden: readonly boolean[] = [];
  let [T, S] = [0, 0];
  for (const ref of maskNodes(c)) {
    const plane = planeOf(c, ref.node.output[0]!);
    const one = plane && maskedBy(c, facts, ref, plane.places);
    if (!one) continue;
    if (hidden.length > 0 && one.length !== hidden.length) continue;
    const sofar = hidden;
    hidden = one.map((h, i) => h || sofar[i] === true);
    ({ T, S } = plane);
  }
  if (hidden.length === 0) return { causal: false, window: null };
  return { causal: isCausal(hidden, T, S), window: windowOf(hidden, T, S) };
}

function maskNodes(c: Candidate): NodeRef[] {
  return c.score.region.nodesTo(c.map.logits).filter((ref) => /^(Add|Sub|Where)$/.test(ref.node.opType));
}

/** Constants up to this many steps behind a mask are looked at. */
const STEPS = 120;
/** Windows that the assumed lengths are too short to show lie above. */
const LONG = 13;
/** The length that is tried in the place of a long window. */
const SHORT = 4;
/** Constants that are tried at most. */
const TRIES = 4;

/** Whole numbers behind the masks that could be the length of a window: those that are added, subtracted or compared. */
function longConstants(c: Candidate): [string, number][] {
  const { subject, score } = c;
  const seen = new Set<string>();
  const found = new Map<string, number>();
  const queue = maskNodes(c).flatMap((ref) => ref.node.input.filter((name) => name !== '' && !score.region.has(name)));
  for (let step = 0; step < STEPS && queue.length > 0; step++) {
    const name = queue.shift()!;
    const ref = seen.has(name) ? undefined : subject.view.producerOf(name);
    seen.add(name);
    if (!ref) continue;
    const compares = /^(Add|Sub|Less|LessOrEqual|Greater|GreaterOrEqual)$/.test(ref.node.opType);
    for (const input of ref.node.input.filter(Boolean)) {
      const value = compares ? subject.fact(input)?.value : undefined;
      if (value?.length === 1 && Number.isInteger(value[0]!) && Math.abs(value[0]!) > LONG && Math.abs(value[0]!) < 1e6)
        found.set(input, value[0]!);
      else queue.push(input);
    }
  }
  return [...found].slice(0, TRIES);
}

/** A window too long to show: the constant that, made short, makes the mask a band. */
function longWindow(c: Candidate): number | null {
  for (const [name, value] of longConstants(c)) {
    const { window } = visible(c, c.subject.supposing(name, Math.sign(value) * SHORT));
    if (window !== null) return Math.abs(value) + window - SHORT;
  }
  return null;
}

export function visibility(c: Candidate): Visibility {
  const plain = visible(c, c.subject.facts);
  return plain.window === null ? { ...plain, window: longWindow(c) } : plain;
}
