import { count, type Json, malformed, object } from '../json.ts';

/** The `vocab` object of a model: token → id. */
export function vocabulary(config: Json): Map<string, number> {
  return new Map(
    Object.entries(object(config.vocab, 'vocab')).map(([piece, id]) => [piece, count(id, `the id of ${JSON.stringify(piece)}`)]),
  );
}

/** The id of the token for unknown text. @throws HeadlightError 'tokenizer' if the vocabulary has none */
export function unknownId(vocab: ReadonlyMap<string, number>, unknown: string): number {
  const id = vocab.get(unknown);
  if (id === undefined) throw malformed(`the unknown token ${JSON.stringify(unknown)} is not in the vocabulary`);
  return id;
}
