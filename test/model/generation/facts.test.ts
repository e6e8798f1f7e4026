import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generationFacts, ruledLogits } from '../../../model/generation/facts.ts';
import { givenTokens, rowsOf, specialToken } from '../../../model/generation/target.ts';

const INF = Number.NEGATIVE_INFINITY;

test('start, ends and forbidden tokens as the configuration names them', () => {
  const facts = generationFacts({
    decoder_start_token_id: 2,
    eos_token_id: [0, 9],
    bad_words_ids: [[2], [3, 4]],
    suppress_tokens: [5],
    max_length: 96,
  });
  assert.equal(facts.start, 2);
  assert.deepEqual(facts.ends, [0, 9]);
  assert.deepEqual([...facts.never], [5, 2]);
  assert.equal(facts.longest, 96);
  assert.equal(generationFacts({ bos_token_id: 1, pad_token_id: 7 }).start, 1);
  assert.equal(generationFacts(null).start, null);
});

test('forbidden tokens lose their logit, others keep it; forced ones come whatever the model says', () => {
  const row = Float32Array.of(1, 2, 3, 4);
  const facts = generationFacts({ suppress_tokens: [3], begin_suppress_tokens: [0], forced_decoder_ids: [[1, 2]] });
  assert.deepEqual([...ruledLogits(row, facts, 0)], [INF, INF, 0, INF]);
  assert.deepEqual([...ruledLogits(row, facts, 1)], [INF, 2, 3, INF], 'the first free place after the forced ones');
  assert.deepEqual([...ruledLogits(row, facts, 2)], [1, 2, 3, INF]);
  assert.equal(ruledLogits(row, generationFacts(null), 0), row);
  assert.equal(generationFacts({ forced_bos_token_id: 8 }).forced.get(0), 8);
});

test('row t of a target reads token t − 1 and foretells token t', () => {
  const named = (id: number) => specialToken(id, `<${id}>`);
  const word = (id: number) => ({ ...specialToken(id, `w${id}`), start: id, end: id + 1, special: false });
  const facts = generationFacts({ forced_bos_token_id: 8, eos_token_id: 0 });
  const said = givenTokens([word(5), word(6)], facts, named);
  assert.deepEqual(
    said.map(({ id }) => id),
    [8, 5, 6, 0],
  );
  const { tokens, foretold } = rowsOf(said, named(2));
  assert.deepEqual(
    tokens.map(({ id }) => id),
    [2, 8, 5, 6],
  );
  assert.equal(foretold, said);
});
