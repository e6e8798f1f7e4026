/** Where positions reach one place of attention, as values of the prepared graph. */
import type { Subject } from '../../attention/find/graph.ts';
import { planOf } from '../../attention/find/plan.ts';
import type { Site } from '../../attention/index.ts';
import { type AddedValue, addedValues } from './added.ts';
import { Content } from './content.ts';
import { type RotationValues, rotationValues } from './rotated.ts';
import { type Addends, addends } from './scored.ts';

export interface FoundPositions extends Addends {
  readonly subject: Subject;
  readonly content: Content;
  readonly added: readonly AddedValue[];
  readonly rotation: RotationValues | null;
  /** Queries and keys of the place. */
  readonly operands: readonly string[];
}

interface Whole {
  readonly content: Content;
  readonly added: readonly AddedValue[];
}

const known = new WeakMap<Subject, Whole>();

/** @param sites all places of attention of the graph */
export function findPositions(site: Site, sites: readonly Site[]): FoundPositions {
  const { subject, place } = planOf(site);
  const candidate = place.variants[0]!.parts[0]!;
  const whole = known.get(subject) ?? wholeOf(subject, sites);
  known.set(subject, whole);
  const { query, key } = candidate.score;
  const rotation = rotationValues(subject, whole.content, query.name) ?? rotationValues(subject, whole.content, key.name);
  return { subject, ...whole, rotation, operands: [query.name, key.name], ...addends(candidate, whole.content) };
}

function wholeOf(subject: Subject, sites: readonly Site[]): Whole {
  const content = new Content(subject);
  const candidates = sites.flatMap((site) => planOf(site).place.variants.flatMap(({ parts }) => parts));
  const isScore = (name: string) => candidates.some(({ score }) => score.region.has(name));
  return { content, added: addedValues(subject, content, isScore) };
}
