import { isObject, type Json } from './json.ts';
import type { PipelineStep } from './types.ts';

/** Names of the lists in which a Sequence holds its parts. */
const PARTS = ['normalizers', 'pretokenizers', 'processors'] as const;

/** Types of a component, those of a Sequence one by one. */
function typesOf(component: unknown): string[] {
  if (!isObject(component)) return [];
  const list = PARTS.map((name) => component[name]).find(Array.isArray);
  if (list) return list.flatMap(typesOf);
  return typeof component.type === 'string' ? [component.type] : [];
}

/** The components of a tokenizer.json in the order in which a text goes through them. @param kind of the model */
export function stepsOf(json: Json, kind: string): readonly PipelineStep[] {
  const steps = (stage: PipelineStep['stage'], component: unknown) => typesOf(component).map((type): PipelineStep => ({ stage, type }));
  return [
    ...steps('normalizer', json.normalizer),
    ...steps('pre-tokenizer', json.pre_tokenizer),
    { stage: 'model', type: kind },
    ...steps('post-processor', json.post_processor),
  ];
}
