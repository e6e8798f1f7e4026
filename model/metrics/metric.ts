/** What every metric of a head is: a number from its weights, with its definition, its source and, where a high score says something, words. */
import { HeadlightError } from '../errors.ts';

/** What a metric may know about the tokens of a head's queries and keys. */
export interface MetricTokens {
  /** Vocabulary ids of the S keys. Patches have none: −1. */
  readonly keyIds: ArrayLike<number>;
  /** Whether each of the S keys is a special token ([CLS], [SEP], <s>, …). */
  readonly special: readonly boolean[];
}

/** `share` lies between 0 and 1, `bit` and `tokens` are at least 0. */
export type Unit = 'bit' | 'tokens' | 'share';

export interface Badge {
  /** From this value on the words hold. */
  readonly threshold: number;
  /** Said with the number behind it: `looks at the previous token` + `: 93 %`. */
  readonly words: string;
}

export interface Metric {
  readonly id: string;
  readonly name: string;
  readonly unit: Unit;
  /** In plain words, one sentence. */
  readonly definition: string;
  readonly formula: string;
  readonly source: string;
  /** `self`: queries and keys must be the same sequence. */
  readonly needs: 'any' | 'self';
  readonly badge: Badge | null;
  /**
   * The metric of one head.
   * @param weights [T, S], rows as the model used them; rows of zeros (fully masked queries) do not count
   * @param queries T
   * @param keys S; in self-attention with a cache S > T, and query t stands at position S − T + t
   * @returns NaN where the metric has no case, for example no repeated token
   * @throws HeadlightError `shape` when `weights` is not T·S long, `tokens` not S
   */
  perHead(weights: Float32Array, queries: number, keys: number, tokens: MetricTokens): number;
}

/** Checks the sizes that every metric relies on. */
export function checkSizes(weights: Float32Array, T: number, S: number, tokens: MetricTokens): void {
  if (weights.length !== T * S) {
    throw new HeadlightError('shape', `A head of ${T} queries and ${S} keys has ${T * S} weights, but ${weights.length} were given.`);
  }
  if (tokens.keyIds.length !== S || tokens.special.length !== S) {
    throw new HeadlightError(
      'shape',
      `${S} keys need ${S} ids and marks, but ${tokens.keyIds.length} and ${tokens.special.length} were given.`,
    );
  }
}

/** Sum of one row of weights. */
function rowSum(weights: Float32Array, start: number, S: number): number {
  let sum = 0;
  for (let s = 0; s < S; s++) sum += weights[start + s]!;
  return sum;
}

/**
 * Mean of `ofRow` over the rows that see something and for which it is a number; NaN where there is none.
 * `ofRow(start, position)`: the row's first element in `weights`, and the position of its query among the keys.
 */
export function meanOverRows(weights: Float32Array, T: number, S: number, ofRow: (start: number, position: number) => number): number {
  let sum = 0;
  let count = 0;
  for (let t = 0; t < T; t++) {
    const start = t * S;
    if (rowSum(weights, start, S) === 0) continue;
    const value = ofRow(start, S - T + t);
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count === 0 ? Number.NaN : sum / count;
}

/** A metric from its words and the value of one row. */
export function rowMetric(
  words: Omit<Metric, 'perHead'>,
  ofRow: (weights: Float32Array, start: number, position: number, S: number, tokens: MetricTokens) => number,
): Metric {
  return {
    ...words,
    perHead(weights, T, S, tokens) {
      checkSizes(weights, T, S, tokens);
      return meanOverRows(weights, T, S, (start, position) => ofRow(weights, start, position, S, tokens));
    },
  };
}
