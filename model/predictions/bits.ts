/**
 * How an answer changed, in bits.
 *
 *     score  log₂ p(answer), or log₂ p(answer) ÷ p(against)       drop  score before − score after
 *     KL(before ‖ after) = Σ pᵢ · log₂ (pᵢ ÷ qᵢ)
 */
import { logSumExp } from './shares.ts';

/**
 * Score of an answer: its log-probability, or how much likelier it is than another one.
 * @param logits [V]
 * @param against null for the log-probability
 * @returns in bits
 */
export function scoreBits(logits: ArrayLike<number>, answer: number, against: number | null): number {
  const other = against === null ? logSumExp(logits) : logits[against]!;
  return (logits[answer]! - other) / Math.LN2;
}

/**
 * What it costs, in bits a sample, to take the changed distribution for the one before. 0 when they are the same, never less.
 * @param before logits [V]
 * @param after logits [V]
 * @returns ∞ where the change forbids what had a probability before
 */
export function divergenceBits(before: ArrayLike<number>, after: ArrayLike<number>): number {
  const [sumBefore, sumAfter] = [logSumExp(before), logSumExp(after)];
  let nats = 0;
  for (let i = 0; i < before.length; i++) {
    const p = before[i]! - sumBefore;
    if (p > -745) nats += Math.exp(p) * (p - (after[i]! - sumAfter));
  }
  return Math.max(0, nats / Math.LN2);
}
