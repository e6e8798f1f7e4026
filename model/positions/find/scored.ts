/** What is added to the scores on their way to the softmax: biases that no token changes, and terms of queries or keys with positions. */
import type { Candidate } from '../../attention/find/candidate.ts';
import type { Subject } from '../../attention/find/graph.ts';
import { isFloat } from '../../attention/graph/constants.ts';
import type { NodeRef } from '../../attention/graph/view.ts';
import type { Content } from './content.ts';
import { ancestors } from './walk.ts';

export interface ScoredValue {
  readonly name: string;
  /** What it is multiplied with on its way to the scores: −1 where it is taken away. */
  readonly factor: number;
  readonly ref: NodeRef;
}

export interface TermValue extends ScoredValue {
  readonly of: 'query' | 'key' | null;
}

export interface Addends {
  readonly biases: readonly ScoredValue[];
  readonly terms: readonly TermValue[];
}

/** Everything that joins the product of queries and keys before the softmax. */
export function addends(candidate: Candidate, content: Content): Addends {
  const { subject, score, map } = candidate;
  const biases: ScoredValue[] = [];
  const terms: TermValue[] = [];
  for (const ref of score.region.nodesTo(map.logits)) {
    if (!/^(Add|Sum|Sub)$/.test(ref.node.opType)) continue;
    ref.node.input.forEach((name, i) => {
      if (score.region.has(name) || !isTable(subject, name)) return;
      const sign = ref.node.opType === 'Sub' && i === 1 ? -1 : 1;
      for (const part of summands(subject, content, { name, factor: sign, ref })) {
        if (content.has(part.name)) terms.push({ ...part, of: sideOf(candidate, part.name) });
        else biases.push(part);
      }
    });
  }
  return { biases, terms };
}

const isTable = (subject: Subject, name: string): boolean =>
  isFloat(subject.fact(name)?.type ?? 0) && (subject.shape(name)?.length ?? 0) >= 2;

/** The summands of a term that tokens have a part in: content to position and position to content are often added first, then scaled. */
function summands(subject: Subject, content: Content, whole: ScoredValue): ScoredValue[] {
  const ref = subject.view.producerOf(whole.name);
  if (!ref || !content.has(whole.name)) return [whole];
  const { node } = ref;
  if (node.opType === 'Add' && node.input.every((name) => isTable(subject, name))) {
    return node.input.flatMap((name) => summands(subject, content, { ...whole, name }));
  }
  const scaled = node.input.findIndex((name) => subject.fact(name)?.value?.length === 1);
  if (!/^(Mul|Div)$/.test(node.opType) || scaled < 0 || (node.opType === 'Div' && scaled === 0)) return [whole];
  const by = subject.fact(node.input[scaled]!)!.value![0]!;
  const parts = summands(subject, content, {
    ...whole,
    name: node.input[1 - scaled]!,
    factor: whole.factor * (node.opType === 'Mul' ? by : 1 / by),
  });
  return parts.length > 1 ? parts : [whole];
}

/** Whether queries or keys meet positions in a term: by what it has in common with one of them and not with the other. */
function sideOf({ subject, score }: Candidate, term: string): TermValue['of'] {
  const of = (name: string): Names => ancestors(subject, name);
  const [from, query, key] = [of(term), of(score.query.name), of(score.key.name)];
  const meets = (own: Names, other: Names) => [...from].some((name) => own.has(name) && !other.has(name) && subject.fact(name)?.data);
  const [byQuery, byKey] = [meets(query, key), meets(key, query)];
  return byQuery === byKey ? null : byQuery ? 'query' : 'key';
}

type Names = ReadonlySet<string>;
