import type { Run } from '../draft.ts';
import { type Json, list } from '../json.ts';
import { type PostProcessor, postProcessor } from './index.ts';

/** Post-processors one after the other. */
export function sequence(config: Json): PostProcessor {
  const steps = list(config.processors, 'processors of a Sequence').map(postProcessor);
  return (runs, specials) => steps.reduce<readonly Run[]>((r, step) => step(r, specials), runs);
}
