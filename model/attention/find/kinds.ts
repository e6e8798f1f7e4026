/** Self, cross, encoder, decoder, vision, text: by where the queries and the keys of a place come from. */
import type { SiteKind } from '../../protocol/engine.ts';
import type { Subject } from './graph.ts';
import type { Place } from './group.ts';
import { isEmpty, SourceMap, type Sources, within } from './sources.ts';

interface Streams {
  readonly query: Sources;
  readonly key: Sources;
}

function streams(subject: Subject, places: readonly Place[]): Streams[] {
  const outputs = new Map<string, number>();
  places.forEach((place, i) => {
    for (const variant of place.variants)
      for (const part of variant.parts) outputs.set(part.fused?.node.output[0] ?? part.value.product.output, i);
  });
  const map = new SourceMap(subject, outputs);
  return places.map((place) => {
    const { score } = place.variants[0]!.parts[0]!;
    return { query: map.of(score.query.name), key: map.of(score.key.name) };
  });
}

/** Keys from elsewhere: the queries have sources that the keys have not, or none at all while the keys have some. */
function isCross({ query, key }: Streams): boolean {
  if (isEmpty(query)) return !isEmpty(key);
  return !within(query, key);
}

const ELSEWHERE = /memory|encoder/i;

/** A single place between two raw inputs is cross only if a name says so: a file of one operator has its q, k and v as inputs. */
function named(streamsOf: readonly Streams[]): boolean {
  return streamsOf.some(({ query, key }) => isEmpty(query) || [...key.inputs].some((name) => ELSEWHERE.test(name)));
}

function pixels(subject: Subject, sources: Sources): boolean {
  const types = [...sources.inputs].map((name) => subject.fact(name)?.type);
  return types.length > 0 && types.every((type) => type === 1 || type === 10 || type === 16);
}

function ids(subject: Subject, sources: Sources): boolean {
  return [...sources.inputs].some((name) => subject.fact(name)?.type === 7 || subject.fact(name)?.type === 6);
}

/** The kind of every place, in order. `file` is the name of the file, which says of a lone encoder what it is. */
export function kinds(subject: Subject, places: readonly Place[], file: string): SiteKind[] {
  const all = streams(subject, places);
  let cross = all.map(isCross);
  if (cross.every(Boolean) && !named(all)) cross = cross.map(() => false);
  const encoders = new Set(all.flatMap((s, i) => (cross[i] ? [...s.key.sites] : [])));
  if (cross.some(Boolean)) {
    const decodes = encoders.size > 0 || all.some((s, i) => cross[i] && s.query.inputs.size > 0);
    return all.map((_, i) => (cross[i] ? 'cross' : encoders.has(i) ? 'encoder' : decodes ? 'decoder' : 'self'));
  }
  const towers = all.map((s) => (pixels(subject, s.query) ? 'vision' : ids(subject, s.query) ? 'text' : null));
  if (towers.includes('vision') && towers.includes('text')) return towers.map((t) => t ?? 'self');
  return all.map(() => (/(^|\/)encoder_model/.test(file) ? 'encoder' : 'self'));
}
