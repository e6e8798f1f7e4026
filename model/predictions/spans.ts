/**
 * Answers of an extractive question answering model: the stretches with the largest start + end score.
 *
 *     score(i, j) = start_i + end_j,  i ≤ j < i + longest        p(i, j) = softmax(start)_i · softmax(end)_j over the tokens that may answer
 *
 * Source: Devlin et al. 2019, "BERT", 4.2; the decoding of Hugging Face's question answering pipeline.
 */
import { logSumExp } from './shares.ts';

export interface AnswerSpan {
  /** First and last token. */
  readonly start: number;
  readonly end: number;
  readonly score: number;
  /** 0 to 1 */
  readonly probability: number;
}

/**
 * @param may tokens that an answer may begin, end and go through (the context's, no special ones)
 * @param longest tokens of an answer
 */
export function answerSpans(
  starts: ArrayLike<number>,
  ends: ArrayLike<number>,
  may: readonly number[],
  { top = 5, longest = 30 }: { readonly top?: number; readonly longest?: number } = {},
): AnswerSpan[] {
  const startSum = logSumExp(may.map((token) => starts[token]!));
  const endSum = logSumExp(may.map((token) => ends[token]!));
  const spans: AnswerSpan[] = [];
  for (const [place, start] of may.entries()) {
    for (const end of may.slice(place, place + longest)) {
      const score = starts[start]! + ends[end]!;
      if (spans.length === top && score <= spans.at(-1)!.score) continue;
      spans.push({ start, end, score, probability: Math.exp(starts[start]! - startSum + ends[end]! - endSum) });
      spans.sort((a, b) => b.score - a.score);
      if (spans.length > top) spans.pop();
    }
  }
  return spans;
}
