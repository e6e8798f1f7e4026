/**
 * Which keys a query may see, read off the masks themselves: exporters compute them in the graph, and with concrete lengths (and a mask input
 * of ones) their contents are known.
 */
import type { NodeRef } from '../graph/view.ts';
import { broadcastIndex } from '../infer/fact.ts';
import type { Candidate } from './candidate.ts';

export interface Visibility {
  readonly causal: boolean;
  readonly window: number | null;
}

/** A logit below this is no logit but a mask. */
const MASKED = -1e3;

/** For each [T, S] of the logits at batch 0, head 0: masked or not, from one node of the chain; null when it masks nothing that is known. */
function maskedBy(c: Candidate, ref: NodeRef, out: readonly number[]): boolean[] | null {
  const { subject, score } = c;
  const side = ref.node.input.map((name) => (score.region.has(name) ? null : subject.fact(name)));
  const pick = (i: number): ((flat: number) => number) | null => {
    const f = side[i];
    if (!f?.value || !f.shape) return null;
    const at = broadcastIndex(f.shape, out);
    return (flat) => f.value![at(flat)]!;
  };
  const plane = Array.from({ length: out.at(-1)! * out.at(-2)! }, (_, i) => i);
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

export function visibility(c: Candidate): Visibility {
  const { region } = c.score;
  let hidden: readonly boolean[] = [];
  let [T, S] = [0, 0];
  for (const ref of region.nodesTo(c.map.logits)) {
    const axes = region.axes(ref.node.output[0]!);
    const shape = c.subject.shape(ref.node.output[0]!);
    if (!axes || !shape || shape.length < 2) continue;
    const role = (i: number): string | undefined => region.atoms.resolve(axes.at(i)!).map(c.role).at(-1);
    if (role(-1) !== 'key' || (role(-2) !== 'query' && role(-2) !== undefined)) continue;
    const one = maskedBy(c, ref, shape);
    if (!one) continue;
    if (hidden.length > 0 && one.length !== hidden.length) continue;
    const sofar = hidden;
    hidden = one.map((h, i) => h || sofar[i] === true);
    [T, S] = [shape.at(-2)!, shape.at(-1)!];
  }
  if (hidden.length === 0) return { causal: false, window: null };
  return { causal: isCausal(hidden, T, S), window: windowOf(hidden, T, S) };
}
