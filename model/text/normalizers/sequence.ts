import { type Json, list } from '../json.ts';
import { type Normalizer, normalizer } from './index.ts';

/** Normalizers one after the other. */
export function sequence(config: Json): Normalizer {
  const steps = list(config.normalizers, 'normalizers of a Sequence').map(normalizer);
  return (text) => steps.reduce((t, step) => step(t), text);
}
