import { type Json, object, typeOf, unknownComponent } from '../json.ts';
import { bpe } from './bpe.ts';
import { byteFallback } from './byte-fallback.ts';
import { byteLevel } from './byte-level.ts';
import { ctc } from './ctc.ts';
import { fuse } from './fuse.ts';
import { metaspace } from './metaspace.ts';
import { replace } from './replace.ts';
import { sequence } from './sequence.ts';
import { strip } from './strip.ts';
import { wordPiece } from './word-piece.ts';

/** Token strings to parts of the text, which are then joined. */
export type Decoder = (tokens: readonly string[]) => readonly string[];

const REGISTRY: ReadonlyMap<string, (config: Json) => Decoder> = new Map([
  ['BPEDecoder', bpe],
  ['ByteFallback', byteFallback],
  ['ByteLevel', byteLevel],
  ['CTC', ctc],
  ['Fuse', fuse],
  ['Metaspace', metaspace],
  ['Replace', replace],
  ['Sequence', sequence],
  ['Strip', strip],
  ['WordPiece', wordPiece],
]);

/** The decoder that `config` describes; null joins tokens with spaces. @throws HeadlightError 'tokenizer' naming an unknown type */
export function decoder(config: unknown): Decoder {
  if (config === null || config === undefined) return (tokens) => [tokens.join(' ')];
  const json = object(config, 'a decoder');
  const type = typeOf(json, 'decoder');
  const make = REGISTRY.get(type);
  if (make === undefined) throw unknownComponent('decoder', type);
  return make(json);
}
