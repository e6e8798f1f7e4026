import { count, type Json, malformed, object } from '../json.ts';

/** The `vocab` object of a model: token → id. */
export function vocabulary(config: Json): Map<string, number> {
  const vocab = new Map<string, number>();
  // Hundreds of thousands of entries: the words for an error are made only for the entry that is wrong.
  for (const [piece, id] of Object.entries(object(config.vocab, 'vocab'))) {
    vocab.set(piece, typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : count(id, `the id of ${JSON.stringify(piece)}`));
  }
  return vocab;
}

/** The id of the token for unknown text. @throws HeadlightError 'tokenizer' if the vocabulary has none */
export function unknownId(vocab: ReadonlyMap<string, number>, unknown: string): number {
  const id = vocab.get(unknown);
  if (id === undefined) throw malformed(`the unknown token ${JSON.stringify(unknown)} is not in the vocabulary`);
  return id;
}

/** Token strings by id. */
export function piecesOf(vocab: ReadonlyMap<string, number>): ReadonlyMap<number, string> {
  return new Map(Array.from(vocab, ([piece, id]) => [id, piece]));
}
