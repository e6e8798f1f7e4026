/**
 * A row of logits as shares: how probable each class or token is, and how undecided the row is.
 *
 *     pᵢ = exp(zᵢ − max z) / Σ exp(zⱼ − max z)        entropy = −Σ pᵢ·log₂ pᵢ
 */
export interface Share {
  /** Index in the row: a token id or the number of a class. */
  readonly id: number;
  readonly logit: number;
  /** 0 to 1 */
  readonly probability: number;
  /** 0 for the largest logit. */
  readonly rank: number;
}

export interface Shares {
  /** Number of classes, or V. */
  readonly size: number;
  /** The largest, in order. */
  readonly top: readonly Share[];
  /** Those that were asked for by id. */
  readonly asked: readonly Share[];
  /** In bits. */
  readonly entropy: number;
  /** log Σ exp zⱼ, natural: log p = z − this. */
  readonly logSum: number;
}

/**
 * The largest of a row and those asked for. Equal logits keep the order of their ids.
 * @param logits [V]
 * @param top how many of the largest
 * @param asked ids that are wanted whatever their rank; ids outside the row are left out
 * Cost: V·(1 + top) at worst.
 */
export function sharesOf(logits: ArrayLike<number>, top: number, asked: readonly number[] = []): Shares {
  const logSum = logSumExp(logits);
  const largest = largestOf(logits, top);
  const share = (id: number, rank: number): Share => ({ id, logit: logits[id]!, probability: Math.exp(logits[id]! - logSum), rank });
  const known = asked.filter((id) => id >= 0 && id < logits.length);
  return {
    size: logits.length,
    top: largest.map((id, rank) => share(id, rank)),
    asked: known.map((id) => share(id, rankOf(logits, id))),
    entropy: entropyOf(logits, logSum),
    logSum,
  };
}

/** log Σ exp z, with the largest taken out first. −∞ for a row of −∞. */
export function logSumExp(logits: ArrayLike<number>): number {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > top) top = logits[i]!;
  if (top === Number.NEGATIVE_INFINITY) return top;
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - top);
  return top + Math.log(sum);
}

/** In bits: with p = exp(z − logSum), −Σ p·log₂ p. */
function entropyOf(logits: ArrayLike<number>, logSum: number): number {
  let nats = 0;
  for (let i = 0; i < logits.length; i++) {
    const log = logits[i]! - logSum;
    if (log > -745) nats -= Math.exp(log) * log;
  }
  return nats / Math.LN2;
}

/** Ids of the largest, largest first; a short sorted list that each value is pushed into. */
export function largestOf(logits: ArrayLike<number>, top: number): number[] {
  const ids: number[] = [];
  for (let id = 0; id < logits.length; id++) {
    const value = logits[id]!;
    if (ids.length >= top && !(value > logits[ids.at(-1)!]!)) continue;
    let at = ids.length;
    while (at > 0 && value > logits[ids[at - 1]!]!) at--;
    ids.splice(at, 0, id);
    if (ids.length > top) ids.pop();
  }
  return top > 0 ? ids : [];
}

function rankOf(logits: ArrayLike<number>, id: number): number {
  let rank = 0;
  for (let i = 0; i < logits.length; i++) if (logits[i]! > logits[id]! || (logits[i] === logits[id] && i < id)) rank++;
  return rank;
}
