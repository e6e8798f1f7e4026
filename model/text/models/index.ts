import { type Json, object, unknownComponent } from '../json.ts';
import type { Traced } from '../traced.ts';
import { bpe } from './bpe.ts';
import { unigram } from './unigram.ts';
import { wordLevel } from './word-level.ts';
import { wordPiece } from './word-piece.ts';

/** A token of a piece: characters [a, b) of it. */
export interface Cut {
  readonly id: number;
  readonly piece: string;
  readonly a: number;
  readonly b: number;
  /** Bytes of the whole source instead, where the library counts past the piece and so lands anywhere. */
  readonly astray?: readonly [number, number];
}

/** The model of a tokenizer: pieces of text to tokens of its vocabulary. Added tokens are not in it. */
export interface Model {
  readonly kind: string;
  /** Token strings with their ids. */
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly unknown: string | null;
  /** Entries of its vocabulary, those that are written twice counted twice. */
  readonly size: number;
  /** Token strings by id. */
  readonly pieces: ReadonlyMap<number, string>;
  tokenize(piece: Traced): readonly Cut[];
}

const REGISTRY: ReadonlyMap<string, (config: Json) => Model> = new Map([
  ['BPE', bpe],
  ['Unigram', unigram],
  ['WordLevel', wordLevel],
  ['WordPiece', wordPiece],
]);

/** Older files have no `type`: what they hold tells the kind. */
function kindOf(config: Json): string {
  if (typeof config.type === 'string') return config.type;
  if (Array.isArray(config.merges)) return 'BPE';
  if (Array.isArray(config.vocab)) return 'Unigram';
  return config.continuing_subword_prefix === undefined ? 'WordLevel' : 'WordPiece';
}

/** The model that `config` describes. @throws HeadlightError 'tokenizer' naming an unknown type, or if the file is malformed */
export function model(config: unknown): Model {
  const json = object(config, 'the model');
  const kind = kindOf(json);
  const make = REGISTRY.get(kind);
  if (make === undefined) throw unknownComponent('model', kind);
  return make(json);
}
