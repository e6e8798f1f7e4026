/**
 * What a speech model must say beside words: the language, the task, and when words begin and end.
 *
 * Time stamps are tokens of 20 ms each. They come first, in pairs (the end of one stretch, the beginning of the next), never run backwards,
 * and come where all of them together are more probable than the best word.
 *
 * Source: Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak Supervision", 2.3, and the decoding rules published with it.
 */
import { logSumExp } from '../predictions/shares.ts';

type Config = Readonly<Record<string, unknown>> | null;

export interface SpeechRules {
  /** Tokens of languages; one of them comes first. Empty for a model of one language. */
  readonly languages: readonly number[];
  /** The token for writing down what was said, null for a model that knows no other task. */
  readonly transcribe: number | null;
  /** The token that says there are no time stamps; those begin right after it. */
  readonly noTimeStamps: number;
  readonly end: number;
  /** Latest time of the first time stamp, as its number. */
  readonly latestFirst: number;
}

/** A step of time stamps in seconds. */
export const TIME_STEP = 0.02;

const isId = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value);
const idsIn = (value: unknown): Map<string, number> =>
  new Map(
    typeof value === 'object' && value !== null ? Object.entries(value).filter((entry): entry is [string, number] => isId(entry[1])) : [],
  );

/** The rules of a configuration, null for a model that names no time stamps. */
export function speechRules(config: Config): SpeechRules | null {
  const noTimeStamps = config?.['no_timestamps_token_id'];
  const end = [config?.['eos_token_id']].flat()[0];
  if (!isId(noTimeStamps) || !isId(end)) return null;
  const latest = config?.['max_initial_timestamp_index'];
  return {
    languages: config?.['is_multilingual'] === false ? [] : [...idsIn(config?.['lang_to_id']).values()],
    transcribe: idsIn(config?.['task_to_id']).get('transcribe') ?? null,
    noTimeStamps,
    end,
    latestFirst: isId(latest) ? latest : 50,
  };
}

/** Seconds of a time stamp, null for other tokens. */
export function secondsOf(id: number, { noTimeStamps }: Pick<SpeechRules, 'noTimeStamps'>): number | null {
  return id > noTimeStamps ? (id - noTimeStamps - 1) * TIME_STEP : null;
}

/**
 * The logits with all that must not come now taken out (−∞).
 * @param said tokens after the start token
 */
export function spokenLogits(logits: Float32Array, rules: SpeechRules, said: readonly number[]): Float32Array {
  const { languages, transcribe } = rules;
  const head = [...(languages.length > 0 ? [languages] : []), ...(transcribe === null ? [] : [[transcribe]])];
  const only = head[said.length];
  if (only) return onlyThese(logits, only);
  return stamped(logits, rules, said.slice(head.length));
}

function onlyThese(logits: Float32Array, ids: readonly number[]): Float32Array {
  const left = new Float32Array(logits.length).fill(Number.NEGATIVE_INFINITY);
  for (const id of ids) if (id < logits.length) left[id] = logits[id]!;
  return left;
}

/** @param said words and time stamps so far */
function stamped(logits: Float32Array, rules: SpeechRules, said: readonly number[]): Float32Array {
  const { noTimeStamps, end, latestFirst } = rules;
  const begin = noTimeStamps + 1;
  const left = logits.slice();
  const remove = (from: number, to: number) => left.fill(Number.NEGATIVE_INFINITY, Math.max(0, from), Math.max(0, to));
  remove(noTimeStamps, begin);
  const isStamp = (id: number | undefined) => id !== undefined && id >= begin;
  const stamps = said.filter(isStamp);
  if (said.length === 0) {
    remove(0, begin);
    remove(begin + latestFirst + 1, left.length);
    return left;
  }
  if (isStamp(said.at(-1))) {
    const paired = said.length < 2 || isStamp(said.at(-2));
    // After a pair words follow; a single one needs its partner, or the end.
    if (paired) remove(begin, left.length);
    else remove(0, end);
  }
  const last = stamps.at(-1);
  if (last !== undefined) {
    const may = isStamp(said.at(-1)) && !isStamp(said.at(-2)) ? last : last + 1;
    remove(begin, may);
  }
  const words = left.subarray(0, begin).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (logSumExp(left.subarray(begin)) > words) remove(0, begin);
  return left;
}
