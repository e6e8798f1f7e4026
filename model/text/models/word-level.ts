import { HeadlightError } from '../../errors.ts';
import { type Json, stringOr } from '../json.ts';
import type { Model } from './index.ts';
import { piecesOf, vocabulary } from './vocabulary.ts';

/** WordLevel: a piece is a token, or the unknown one. */
export function wordLevel(config: Json): Model {
  const vocab = vocabulary(config);
  const unknown = stringOr(config.unk_token, '<unk>', 'unk_token');
  return {
    kind: 'WordLevel',
    vocabulary: vocab,
    unknown,
    size: vocab.size,
    pieces: piecesOf(vocab),
    tokenize(piece) {
      const text = piece.text;
      const id = vocab.get(text);
      if (id !== undefined) return [{ id, piece: text, a: 0, b: piece.length }];
      const unk = vocab.get(unknown);
      if (unk === undefined) {
        throw new HeadlightError('tokenizer', `The tokenizer has no token for ${JSON.stringify(text)}, nor one for unknown words.`);
      }
      return [{ id: unk, piece: unknown, a: 0, b: piece.length }];
    },
  };
}
