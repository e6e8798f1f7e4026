import type { Run } from '../draft.ts';
import { type Json, object, typeOf, unknownComponent } from '../json.ts';
import { bert } from './bert.ts';
import { byteLevel } from './byte-level.ts';
import { roberta } from './roberta.ts';
import { sequence } from './sequence.ts';
import { template } from './template.ts';

/** Finishes the runs of one text or two: trims ranges, puts special tokens in (unless `specials` is false). */
export type PostProcessor = (runs: readonly Run[], specials: boolean) => readonly Run[];

const REGISTRY: ReadonlyMap<string, (config: Json) => PostProcessor> = new Map([
  ['BertProcessing', bert],
  ['ByteLevel', byteLevel],
  ['RobertaProcessing', roberta],
  ['Sequence', sequence],
  ['TemplateProcessing', template],
]);

/** The post-processor that `config` describes; null stands for none. @throws HeadlightError 'tokenizer' naming an unknown type */
export function postProcessor(config: unknown): PostProcessor {
  if (config === null || config === undefined) return (runs) => runs;
  const json = object(config, 'a post-processor');
  const type = typeOf(json, 'post-processor');
  const make = REGISTRY.get(type);
  if (make === undefined) throw unknownComponent('post-processor', type);
  return make(json);
}
