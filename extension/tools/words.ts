/** Tokens of a word in a text, and the weight between two words from rows of weights. Pure. */
import { HeadlightError } from '../../model/errors.ts';
import type { Token } from '../../model/protocol/panel.ts';

/** Tokens that cover a word where it stands for the n-th time (from 1). @throws HeadlightError `input` where it does not */
export function tokensOf(text: string, tokens: readonly Token[], word: string, occurrence = 1): number[] {
  let at = -1;
  for (let n = 0; n < occurrence; n++) {
    at = indexOfWord(text, word, at + 1);
    if (at < 0) throw new HeadlightError('input', `The text has no “${word}”${occurrence > 1 ? ` for the ${occurrence}. time` : ''}.`);
  }
  const end = at + word.length;
  const found = tokens.flatMap(({ start, end: stop, segment }, i) =>
    segment === 0 && stop > start && start < end && stop > at ? [i] : [],
  );
  if (found.length === 0) throw new HeadlightError('input', `No token stands for “${word}”.`);
  return found;
}

const LETTER = /[\p{L}\p{N}_]/u;

/** Where a word stands by itself; a part of another word where it stands nowhere alone. */
function indexOfWord(text: string, word: string, from: number): number {
  if (word === '') return -1;
  for (let at = text.indexOf(word, from); at >= 0; at = text.indexOf(word, at + 1)) {
    const alone =
      !(LETTER.test(word[0]!) && LETTER.test(text[at - 1] ?? ' ')) &&
      !(LETTER.test(word.at(-1)!) && LETTER.test(text[at + word.length] ?? ' '));
    if (alone) return at;
  }
  return from === 0 ? text.indexOf(word) : -1;
}

/** Mean over the queries of the sum over the keys: what of a word's attention goes to another. */
export function between(rows: readonly ArrayLike<number>[], keys: readonly number[]): number {
  const sums = rows.map((row) => keys.reduce((sum, key) => sum + (row[key] ?? 0), 0));
  return sums.reduce((sum, value) => sum + value, 0) / Math.max(1, sums.length);
}

export interface HeadWeight {
  readonly kind: string;
  readonly layer: number;
  readonly head: number;
  readonly weight: number;
}

const MOST = 12;

/** The answer as Markdown: every number as the model used it, six digits. */
export function linkWords(
  facts: {
    readonly model: string;
    readonly text: string;
    readonly query: string;
    readonly key: string;
    readonly queries: readonly string[];
    readonly keys: readonly string[];
  },
  weights: readonly HeadWeight[],
): string {
  const sorted = [...weights].sort((a, b) => b.weight - a.weight);
  const { model, query, key, queries, keys } = facts;
  const name = ({ kind, layer, head }: HeadWeight) => `${kind === 'self' ? '' : `${kind} `}layer ${layer + 1}, head ${head + 1}`;
  const mean = weights.reduce((sum, { weight }) => sum + weight, 0) / Math.max(1, weights.length);
  return [
    `Attention of ${model} from “${query}” (tokens ${queries.join(' ')}) to “${key}” (tokens ${keys.join(' ')}), in the text: ${JSON.stringify(facts.text)}`,
    `Weight = mean over the query's tokens of the sum over the key's tokens; 1 would be all of the attention. ${weights.length} heads, mean ${mean.toPrecision(6)}.`,
    '',
    ...sorted.slice(0, MOST).map((one) => `- ${name(one)}: ${one.weight.toPrecision(6)}`),
    ...(sorted.length > MOST ? [`- the other ${sorted.length - MOST} heads: at most ${sorted[MOST]!.weight.toPrecision(6)}`] : []),
  ].join('\n');
}
