/**
 * Caches of keys and values that a graph takes and gives back: `past_key_values.0.key` goes in, `present.0.key` comes out, one longer for
 * every token that was read between. What a decoder keeps of its encoder goes in too, and is made once, by the first step.
 *
 * Source: optimum's names (`past_key_values.*` / `present.*`; `past_key_values.0.encoder.key` for what is kept of the encoder),
 * onnxruntime-genai's (`past_key_values.*` / `present.*`), older exports (`past_0` / `present_0`), transformers.js `getPastKeyValues`.
 */
import type { FeedPlan } from './feeds.ts';

export interface CachePair {
  /** Input of the graph that reads on. */
  readonly past: string;
  /** Output of that graph which continues it; null for what is kept of the encoder, which never grows. */
  readonly present: string | null;
  /** Output of the graph of the first step which begins it. */
  readonly first: string;
}

/**
 * All caches of a graph with the outputs that begin and continue each. Empty where there is none, where one has no output of its own, or
 * where the axis of positions is not the last but one of four (Bloom's keys): such a graph is run without its caches.
 * @param outputs of the graph that takes the caches
 * @param firsts outputs of the graph of the first step, where that is another
 */
export function cachePairs({ inputs }: FeedPlan, outputs: readonly string[], firsts = outputs): CachePair[] {
  const caches = inputs.filter(({ name, role }) => role?.name === 'cache' || isOfEncoder(name));
  const pairs = caches.map(({ name }) => {
    const among = (names: readonly string[]) => names.find((output) => continues(name, output)) ?? null;
    return { past: name, present: isOfEncoder(name) ? null : among(outputs), first: among(firsts) };
  });
  const whole = ({ past, present, first }: (typeof pairs)[number]) => first !== null && (present !== null || isOfEncoder(past));
  return caches.every(({ shape }) => shape?.length === 4) && pairs.every(whole) ? (pairs as CachePair[]) : [];
}

const isOfEncoder = (name: string) => /^past.*\.encoder\./.test(name);

const bare = (name: string) => name.replace(/^(past|present)(_key_values|_kv)?[._]?/, '').replace(/^key_values[._]?/, '');

function continues(past: string, output: string): boolean {
  return /^present/.test(output) && bare(past) === bare(output);
}
