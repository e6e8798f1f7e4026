import { WordPiece } from '@huggingface/tokenizers';
import { count, type Json, stringOr } from '../json.ts';
import { characters } from '../utf8.ts';
import { remembering } from './cache.ts';
import type { Cut, Model } from './index.ts';
import { piecesOf, unknownId, vocabulary } from './vocabulary.ts';

type Config = ConstructorParameters<typeof WordPiece>[0];

/** WordPiece: the longest known beginnings, one after the other; a piece with an unknown part is one unknown token. */
export function wordPiece(config: Json): Model {
  const vocab = vocabulary(config);
  const unknown = stringOr(config.unk_token, '[UNK]', 'unk_token');
  const prefix = stringOr(config.continuing_subword_prefix, '##', 'continuing_subword_prefix');
  const longest = count(config.max_input_chars_per_word ?? 100, 'max_input_chars_per_word');
  const unk = unknownId(vocab, unknown);
  const settings = { ...config, unk_token: unknown, continuing_subword_prefix: prefix, max_input_chars_per_word: longest };
  const engine = new WordPiece(settings as unknown as Config);
  return {
    kind: 'WordPiece',
    vocabulary: vocab,
    unknown,
    size: vocab.size,
    pieces: piecesOf(vocab),
    tokenize: remembering((piece, text) => {
      const pieces = engine.encode([text]);
      if (pieces.length === 1 && pieces[0] === unknown) return [{ id: unk, piece: unknown, a: 0, b: piece.length }];
      let at = 0;
      return pieces.map((p, i): Cut => {
        const a = at;
        at += characters(p) - (i === 0 ? 0 : characters(prefix));
        return { id: vocab.get(p)!, piece: p, a, b: at };
      });
    }),
  };
}
