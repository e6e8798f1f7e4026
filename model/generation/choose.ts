/**
 * From logits to the next token: penalty, temperature, the k largest, the smallest set that holds p of the mass, and a draw.
 *
 *     z′ᵢ = zᵢ / r or zᵢ · r for tokens that were there (r = repetition penalty, whichever makes them less likely)
 *     pᵢ = softmax(z′ / temperature) over what is left
 *
 * Sources: Keskar et al. 2019, "CTRL", 4.1 (penalty); Fan et al. 2018, "Hierarchical Neural Story Generation" (top-k); Holtzman et al. 2020,
 * "The Curious Case of Neural Text Degeneration" (top-p). The order is that of Hugging Face `generate`.
 */
import { largestOf, logSumExp } from '../predictions/shares.ts';

export interface ChoiceSettings {
  /** False: the largest, always. */
  readonly sample: boolean;
  /** Above 0; 1 leaves the probabilities as they are. */
  readonly temperature: number;
  /** 0: all of them. */
  readonly topK: number;
  /** 1: all of them. */
  readonly topP: number;
  /** 1: none. */
  readonly repetitionPenalty: number;
  readonly seed: number;
}

export const GREEDY: ChoiceSettings = { sample: false, temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1, seed: 0 };

export interface Candidate {
  readonly id: number;
  /** After everything; all candidates together 1. */
  readonly probability: number;
}

/**
 * What may be drawn, most probable first.
 * @param logits [V]; −∞ for what must not come
 * @param before tokens that the penalty counts as said
 */
export function candidatesOf(logits: Float32Array, settings: ChoiceSettings, before: readonly number[]): Candidate[] {
  const scores = penalised(logits, settings.repetitionPenalty, before);
  if (!settings.sample) return [{ id: largestOf(scores, 1)[0]!, probability: 1 }];
  const most = settings.topK > 0 ? Math.min(settings.topK, scores.length) : scores.length;
  const order = most < scores.length ? largestOf(scores, most) : sortedIds(scores);
  const scaled = Float64Array.from(order, (id) => scores[id]! / settings.temperature);
  const sum = logSumExp(scaled);
  const all = order.map((id, i) => ({ id, probability: Math.exp(scaled[i]! - sum) })).filter(({ probability }) => probability > 0);
  return renormalised(nucleus(all, settings.topP));
}

function sortedIds(scores: Float32Array): number[] {
  return Array.from(scores, (_, id) => id).sort((a, b) => scores[b]! - scores[a]! || a - b);
}

/** Tokens that were there become less likely: positive logits are divided, negative ones multiplied. */
function penalised(logits: Float32Array, penalty: number, before: readonly number[]): Float32Array {
  if (penalty === 1 || before.length === 0) return logits;
  const scores = logits.slice();
  for (const id of new Set(before)) if (id < scores.length) scores[id] = scores[id]! > 0 ? scores[id]! / penalty : scores[id]! * penalty;
  return scores;
}

/** The fewest of the largest that together have at least `mass`; one at least. */
function nucleus(candidates: readonly Candidate[], mass: number): readonly Candidate[] {
  if (mass >= 1) return candidates;
  let sum = 0;
  const last = candidates.findIndex(({ probability }) => {
    sum += probability;
    return sum >= mass;
  });
  return last < 0 ? candidates : candidates.slice(0, last + 1);
}

function renormalised(candidates: readonly Candidate[]): Candidate[] {
  const sum = candidates.reduce((total, { probability }) => total + probability, 0);
  return candidates.map(({ id, probability }) => ({ id, probability: probability / sum }));
}

/** The candidate at a place between 0 and 1 of their probabilities laid end to end, most probable first. */
export function drawn(candidates: readonly Candidate[], place: number): Candidate {
  let sum = 0;
  for (const candidate of candidates) {
    sum += candidate.probability;
    if (sum > place) return candidate;
  }
  return candidates.at(-1)!;
}
