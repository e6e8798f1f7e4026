import { type Json, list } from '../json.ts';
import { type Decoder, decoder } from './index.ts';

/** Decoders one after the other. */
export function sequence(config: Json): Decoder {
  const steps = list(config.decoders, 'decoders of a Sequence').map(decoder);
  return (tokens) => steps.reduce<readonly string[]>((t, step) => step(t), tokens);
}
