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

/** Vision and text where a model has both. */
function towersOf(subject: Subject, all: readonly Streams[]): SiteKind[] | null {
  const towers = all.map((s) => (pixels(subject, s.query) ? 'vision' : ids(subject, s.query) ? 'text' : null));
  return towers.includes('vision') && towers.includes('text') ? towers.map((t) => t ?? 'self') : null;
}

/** Stored queries that attend to each other, as the object queries of a detector do. */
function amongStored({ query, key }: Streams): boolean {
  return isEmpty(query) && isEmpty(key);
}

/**
 * The kinds of a model with cross-attention; null for places that have no part in it. An encoder gives keys to a decoder's queries, a decoder makes
 * such queries or goes on from what they found. A stored query that only pools a stack makes it no encoder.
 */
function beside(all: readonly Streams[], cross: readonly boolean[]): (SiteKind | null)[] {
  const objects = all.some(amongStored);
  const asks = all.map((s, i) => cross[i]! && (objects || !isEmpty(s.query)));
  const asking = all.filter((_, i) => asks[i]);
  const encoders = new Set(asking.flatMap((s) => [...s.key.sites]));
  const asked = new Set(asking.flatMap((s) => [...s.query.sites]));
  return all.map((s, i) => {
    if (cross[i]) return 'cross';
    if (encoders.has(i)) return 'encoder';
    return asked.has(i) || amongStored(s) || [...s.query.sites].some((other) => asks[other]) ? 'decoder' : null;
  });
}

/** The kind of every place, in order. `file` is the name of the file, which says of a lone encoder what it is. */
export function kinds(subject: Subject, places: readonly Place[], file: string): SiteKind[] {
  const all = streams(subject, places);
  let cross = all.map(isCross);
  if (cross.every(Boolean) && !named(all)) cross = cross.map(() => false);
  const towers = towersOf(subject, all);
  if (cross.some(Boolean)) return beside(all, cross).map((kind, i) => kind ?? towers?.[i] ?? 'self');
  if (towers) return towers;
  return all.map(() => (/(^|\/)encoder_model/.test(file) ? 'encoder' : 'self'));
}
