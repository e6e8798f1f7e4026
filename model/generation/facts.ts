/**
 * What a configuration says of generation: where a decoder begins, what ends it, what it must and must not say.
 *
 * Source: Hugging Face transformers, `GenerationConfig` and the processors that `generate` makes of it (`logits_process.py`).
 */
type Config = Readonly<Record<string, unknown>> | null;

export interface GenerationFacts {
  /** The token that a decoder of its own reads first; null where nothing names one. */
  readonly start: number | null;
  /** Tokens that must come at a place of the decoder's text, counted after the start token: a language, a task. */
  readonly forced: ReadonlyMap<number, number>;
  /** Tokens that end a text. */
  readonly ends: readonly number[];
  /** Tokens that never come. */
  readonly never: ReadonlySet<number>;
  /** Tokens that do not come first. */
  readonly notFirst: ReadonlySet<number>;
  /** Longest text in tokens that the configuration names, the start token among them; null where it names none. */
  readonly longest: number | null;
}

const isId = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0;

const ids = (value: unknown): number[] => (Array.isArray(value) ? value : [value]).filter(isId);

/** @param config `config.json` with `generation_config.json` beneath it */
export function generationFacts(config: Config): GenerationFacts {
  const values = config ?? {};
  return {
    start: ['decoder_start_token_id', 'bos_token_id', 'pad_token_id'].map((name) => values[name]).find(isId) ?? null,
    forced: forcedOf(values),
    ends: ids(values['eos_token_id']),
    never: new Set([...ids(values['suppress_tokens']), ...singles(values['bad_words_ids'])]),
    notFirst: new Set(ids(values['begin_suppress_tokens'])),
    longest: isId(values['max_length']) && values['max_length'] > 0 ? values['max_length'] : null,
  };
}

function forcedOf(values: Readonly<Record<string, unknown>>): Map<number, number> {
  const forced = new Map<number, number>();
  const pairs = values['forced_decoder_ids'];
  for (const pair of Array.isArray(pairs) ? pairs : []) {
    // [place counted from the start token, id]; an id that is null leaves the place free.
    if (Array.isArray(pair) && isId(pair[0]) && isId(pair[1]) && pair[0] > 0) forced.set(pair[0] - 1, pair[1]);
  }
  const first = values['forced_bos_token_id'];
  if (isId(first)) forced.set(0, first);
  return forced;
}

/** Forbidden words of one token; longer ones need what came before and are not among them. */
function singles(words: unknown): number[] {
  return (Array.isArray(words) ? words : []).filter((word) => Array.isArray(word) && word.length === 1).flatMap((word) => ids(word));
}

/**
 * The logits with what the configuration forbids taken out (−∞), or with all but a forced token taken out.
 * @param place tokens that were generated before
 * @returns the same array where nothing applies
 */
export function ruledLogits(logits: Float32Array, facts: GenerationFacts, place: number): Float32Array {
  const only = facts.forced.get(place);
  if (only !== undefined && only < logits.length) {
    return new Float32Array(logits.length).fill(Number.NEGATIVE_INFINITY).fill(0, only, only + 1);
  }
  const first = place === 0 || (facts.forced.size > 0 && place === Math.max(...facts.forced.keys()) + 1);
  const away = [...facts.never, ...(first ? facts.notFirst : [])].filter((id) => id < logits.length);
  if (away.length === 0) return logits;
  const ruled = logits.slice();
  for (const id of away) ruled[id] = Number.NEGATIVE_INFINITY;
  return ruled;
}
