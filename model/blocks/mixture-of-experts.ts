/**
 * Mixture of experts: a gate chooses for every position the k experts that are to think about it, and adds up what they say.
 *
 *     p = softmax(x·Wᵀ)      y = Σ_{e among the k largest} p_e·expert_e(x)
 *
 * Every expert computes every position here, and what was not chosen has weight exactly 0: the same numbers, more work.
 *
 * Sources: Shazeer et al. 2017, "Outrageously Large Neural Networks"; Jiang et al. 2024, "Mixtral of Experts", 2.1.
 */
import type { Ops } from '../ops/ops.ts';
import { linear } from './linear.ts';
import type { Module } from './module.ts';

export interface MixtureSettings {
  /** D */
  readonly width: number;
  readonly experts: number;
  /** k */
  readonly chosen: number;
  /** Whether the weights of the chosen ones are scaled to sum to 1 (Mixtral), or left as they are (Qwen2-MoE). */
  readonly renormalised: boolean;
}

/**
 * @param gate weight `weight` [experts, D]; its logits are a stage
 * @param x [B, T, D]
 * @param expert what one of them says: [B, T, D] → [B, T, D]
 * @returns [B, T, D]
 */
export function mixtureOfExperts<T>(gate: Module<T>, x: T, settings: MixtureSettings, expert: (index: number, x: T) => T): T {
  const { ops } = gate;
  const logits = linear(gate, x, { in: settings.width, out: settings.experts }); // [B, T, experts]
  const weights = chosenWeights(ops, ops.softmax(logits), settings);
  return Array.from({ length: settings.experts }, (_, index) => index)
    .map((index) => ops.mul(ops.slice(weights, [index], [index + 1], [-1]), expert(index, x)))
    .reduce((sum, said) => ops.add(sum, said));
}

/** Probabilities with 0 for experts that were not chosen: [B, T, experts] → [B, T, experts] */
function chosenWeights<T>(ops: Ops<T>, probabilities: T, { chosen, renormalised }: MixtureSettings): T {
  const [values, indices] = ops.topK(probabilities, chosen);
  const shares = renormalised ? ops.div(values, ops.reduceSum(values, [-1])) : values;
  return ops.scatterElements(ops.mul(probabilities, 0), indices, shares, { axis: -1 });
}
