import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RunFacts, taskOf } from '../../../model/predictions/task.ts';

const run = (
  architecture: string | null,
  outputs: Record<string, number[]>,
  more: Record<string, unknown> = {},
  causal = false,
): RunFacts => ({
  config: { ...(architecture ? { architectures: [architecture] } : {}), vocab_size: 99, ...more },
  outputs: Object.entries(outputs).map(([name, shape]) => ({ name, shape })),
  causal,
});
const kindOf = (...facts: Parameters<typeof run>) => taskOf(run(...facts))?.kind ?? null;

test('the task follows the class that the configuration names and the outputs', () => {
  const rows = { logits: [1, 7, 99] };
  assert.equal(kindOf('GPT2LMHeadModel', rows, {}, true), 'next-token');
  assert.equal(kindOf('MarianMTModel', rows, {}, true), 'next-token');
  assert.equal(kindOf('BertForMaskedLM', rows), 'masked-token');
  assert.equal(kindOf('BertForPreTraining', { prediction_logits: [1, 7, 99], seq_relationship_logits: [1, 2] }), 'masked-token');
  assert.equal(kindOf('BertForTokenClassification', { logits: [1, 7, 9] }), 'token-classes');
  assert.equal(kindOf('ViTForImageClassification', { logits: [1, 9] }), 'classes');
  assert.equal(kindOf('BertForQuestionAnswering', { start_logits: [1, 7], end_logits: [1, 7] }), 'spans');
  assert.equal(kindOf('BertModel', { last_hidden_state: [1, 7, 32], pooler_output: [1, 32] }), 'embedding');
});

test('without a name, the width of the scores and the direction of the attention tell', () => {
  const labels = { id2label: { 0: 'O', 1: 'PER' } };
  assert.equal(kindOf(null, { logits: [1, 7, 2] }, labels), 'token-classes');
  assert.equal(kindOf(null, { logits: [1, 7, 99] }, labels, true), 'next-token');
  assert.equal(kindOf(null, { logits: [1, 7, 99] }, labels), 'masked-token');
  assert.equal(kindOf(null, { something: [1, 7] }), null);
});

test('several labels at once are scored each for itself, one number is a value', () => {
  const scoring = (more: Record<string, unknown>, width: number) =>
    taskOf(run('BertForSequenceClassification', { logits: [1, width] }, more))?.scoring;
  assert.equal(scoring({}, 3), 'one');
  assert.equal(scoring({ problem_type: 'multi_label_classification' }, 3), 'each');
  assert.equal(scoring({ problem_type: 'regression' }, 3), 'value');
  assert.equal(scoring({}, 1), 'value');
});
