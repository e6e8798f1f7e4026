import { type Json, object, typeOf, unknownComponent } from '../json.ts';
import type { Traced } from '../traced.ts';
import { bert } from './bert.ts';
import { byteLevel } from './byte-level.ts';
import { lowercase } from './lowercase.ts';
import { nmt } from './nmt.ts';
import { precompiled } from './precompiled.ts';
import { prepend } from './prepend.ts';
import { replace } from './replace.ts';
import { sequence } from './sequence.ts';
import { strip } from './strip.ts';
import { stripAccents } from './strip-accents.ts';
import { unicodeForm } from './unicode-form.ts';

/** Rewrites a text; characters keep their origins. */
export type Normalizer = (text: Traced) => Traced;

const REGISTRY: ReadonlyMap<string, (config: Json) => Normalizer> = new Map([
  ['BertNormalizer', bert],
  ['ByteLevel', byteLevel],
  ['Lowercase', lowercase],
  ['NFC', unicodeForm('NFC')],
  ['NFD', unicodeForm('NFD')],
  ['NFKC', unicodeForm('NFKC')],
  ['NFKD', unicodeForm('NFKD')],
  ['Nmt', nmt],
  ['Precompiled', precompiled],
  ['Prepend', prepend],
  ['Replace', replace],
  ['Sequence', sequence],
  ['Strip', strip],
  ['StripAccents', stripAccents],
]);

/** The normalizer that `config` describes; null stands for none. @throws HeadlightError 'tokenizer' naming an unknown type */
export function normalizer(config: unknown): Normalizer {
  if (config === null || config === undefined) return (text) => text;
  const json = object(config, 'a normalizer');
  const type = typeOf(json, 'normalizer');
  const make = REGISTRY.get(type);
  if (make === undefined) throw unknownComponent('normalizer', type);
  return make(json);
}
