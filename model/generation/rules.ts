/** All that a model's files say of what must and must not come next, as one function of the logits. */
import { generationFacts, ruledLogits } from './facts.ts';
import { speechRules, spokenLogits } from './speech.ts';

/** @param said tokens after the decoder's start token, or after the prompt */
export type Rules = (logits: Float32Array, said: readonly number[]) => Float32Array;

/** @param config `config.json` with `generation_config.json` beneath it */
export function rulesOf(config: Readonly<Record<string, unknown>> | null): Rules {
  const facts = generationFacts(config);
  const speech = speechRules(config);
  if (!speech) return (logits, said) => ruledLogits(logits, facts, said.length);
  // The forced tokens of older files ask for no time stamps; language and task come from the rules of speech.
  const free = { ...facts, forced: new Map<number, number>() };
  return (logits, said) => spokenLogits(ruledLogits(logits, free, said.length), speech, said);
}
