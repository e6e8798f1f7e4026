import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsOf, speechRules, spokenLogits } from '../../../model/generation/speech.ts';

// Words 0–4, end 5, languages 6 and 7, transcribe 8, no time stamps 9, stamps from 10 on: 0.00, 0.02, …
const CONFIG = {
  eos_token_id: 5,
  lang_to_id: { '<|en|>': 6, '<|fr|>': 7 },
  task_to_id: { transcribe: 8, translate: 4 },
  no_timestamps_token_id: 9,
  max_initial_timestamp_index: 2,
};
const V = 16;
const rules = speechRules(CONFIG)!;
/** Ids that are left. */
const left = (said: number[], row = new Float32Array(V)) =>
  [...spokenLogits(row, rules, said)].flatMap((z, id) => (z > Number.NEGATIVE_INFINITY ? [id] : []));
/** A row in which words are far more probable. */
const WORDS = Float32Array.from({ length: V }, (_, id) => (id < 10 ? 9 : 0));

test('first a language, then the task, then a time stamp that is not too late', () => {
  assert.deepEqual(left([]), [6, 7]);
  assert.deepEqual(left([6]), [8]);
  assert.deepEqual(left([6, 8]), [10, 11, 12]);
});

test('after the first stamp words; after words anything that does not run backwards', () => {
  assert.deepEqual(left([6, 8, 11], WORDS), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(left([6, 8, 11, 3], WORDS), [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15]);
});

test('a stamp after words wants its partner or the end, at the same time or later; after the pair come words', () => {
  assert.deepEqual(left([6, 8, 11, 3, 13], WORDS), [5, 6, 7, 8, 13, 14, 15]);
  assert.deepEqual(left([6, 8, 11, 3, 13, 13], WORDS), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('where all stamps together are more probable than the best word, one of them comes', () => {
  // six stamps at 0 against words at 1: log 4 > 1
  const row = Float32Array.from({ length: V }, (_, id) => (id < 10 ? 1 : 0));
  assert.deepEqual(left([6, 8, 11, 3], row), [12, 13, 14, 15]);
});

test('times of stamps, and models without them', () => {
  assert.equal(secondsOf(10, rules), 0);
  assert.ok(Math.abs(secondsOf(15, rules)! - 0.1) < 1e-12);
  assert.equal(secondsOf(9, rules), null);
  assert.equal(speechRules({ eos_token_id: 5 }), null);
  assert.equal(speechRules(null), null);
});
