/**
 * Caches of keys and values that a graph takes and gives back: `past_key_values.0.key` goes in, `present.0.key` comes out, one longer for
 * every token that was read between.
 *
 * Source: optimum's names (`past_key_values.*` / `present.*`), onnxruntime-genai's (`past_key_values.*` / `present.*`), older exports
 * (`past_0` / `present_0`), transformers.js `getPastKeyValues`.
 */
import type { FeedPlan } from './feeds.ts';

export interface CachePair {
  /** Input. */
  readonly past: string;
  /** Output. */
  readonly present: string;
}

/**
 * All caches of a graph with the output that continues each. Empty where there is none, where one has no output of its own, or where the axis
 * of positions is not the last but one of four (Bloom's keys): such a graph is run without its caches.
 */
export function cachePairs({ inputs }: FeedPlan, outputs: readonly string[]): CachePair[] {
  const caches = inputs.filter(({ role }) => role?.name === 'cache');
  const pairs = caches.map(({ name }) => ({ past: name, present: outputs.find((output) => continues(name, output)) ?? null }));
  const whole = caches.every(({ shape }) => shape?.length === 4) && pairs.every(({ present }) => present !== null);
  return whole ? (pairs as CachePair[]) : [];
}

const bare = (name: string) => name.replace(/^(past|present)(_key_values|_kv)?[._]?/, '').replace(/^key_values[._]?/, '');

function continues(past: string, output: string): boolean {
  return /^present/.test(output) && bare(past) === bare(output);
}
