import { type Json, object, typeOf, unknownComponent } from '../json.ts';
import type { Traced } from '../traced.ts';
import { bert } from './bert.ts';
import { byteLevel } from './byte-level.ts';
import { charDelimiter } from './char-delimiter.ts';
import { digits } from './digits.ts';
import { fixedLength } from './fixed-length.ts';
import { metaspace } from './metaspace.ts';
import { punctuation } from './punctuation.ts';
import { sequence } from './sequence.ts';
import { split } from './split.ts';
import { unicodeScripts } from './unicode-scripts.ts';
import { whitespace } from './whitespace.ts';
import { whitespaceSplit } from './whitespace-split.ts';

/** Cuts a piece into smaller ones; none of them is empty. */
export type PreTokenizer = (piece: Traced) => readonly Traced[];

const REGISTRY: ReadonlyMap<string, (config: Json) => PreTokenizer> = new Map([
  ['BertPreTokenizer', bert],
  ['ByteLevel', byteLevel],
  ['CharDelimiterSplit', charDelimiter],
  ['Digits', digits],
  ['FixedLength', fixedLength],
  ['Metaspace', metaspace],
  ['Punctuation', punctuation],
  ['Sequence', sequence],
  ['Split', split],
  ['UnicodeScripts', unicodeScripts],
  ['Whitespace', whitespace],
  ['WhitespaceSplit', whitespaceSplit],
]);

/** The pre-tokenizer that `config` describes; null stands for none. @throws HeadlightError 'tokenizer' naming an unknown type */
export function preTokenizer(config: unknown): PreTokenizer {
  if (config === null || config === undefined) return (piece) => [piece];
  const json = object(config, 'a pre-tokenizer');
  const type = typeOf(json, 'pre-tokenizer');
  const make = REGISTRY.get(type);
  if (make === undefined) throw unknownComponent('pre-tokenizer', type);
  return make(json);
}
