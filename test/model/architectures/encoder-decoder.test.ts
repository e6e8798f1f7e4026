/**
 * Encoder–decoders whose files lack something: the decoder, the stored table of positions, the output weights; and runs that give no target.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emitModel } from '../../../model/architectures/emit.ts';
import { fillInputs } from '../../../model/architectures/fill.ts';
import { runReference } from '../../../model/architectures/reference.ts';
import { normaliseConfig } from '../../../model/safetensors/config.ts';
import { errorOfScale, type Golden, inputsOf, openGolden, queryMask } from './checkpoints.ts';

const TOLERANCE = 1e-5;

/** The checkpoint without the tensors whose names match. */
function without({ checkpoint }: Golden, names: RegExp): Golden['checkpoint'] {
  const tensors = new Map([...checkpoint.tensors].filter(([name]) => !names.test(name)));
  assert.ok(tensors.size < checkpoint.tensors.size, `no tensor matches ${names}`);
  return { ...checkpoint, tensors };
}

describe('a file that holds the encoder alone', () => {
  for (const [name, names] of [
    ['t5', /^decoder/],
    ['bart', /^model\.decoder|^final_logits_bias/],
    ['whisper', /^model\.decoder/],
  ] as const) {
    test(name, async () => {
      const golden = await openGolden(name);
      const checkpoint = without(golden, names);
      const { outputs, sites, inputs, warnings } = emitModel(checkpoint);
      assert.deepEqual(outputs, ['last_hidden_state']);
      assert.ok(sites.length > 0 && sites.every(({ kind }) => kind === 'self'));
      assert.ok(!inputs.some((input) => input.name.startsWith('decoder')));
      assert.match(warnings.join(), /The weights have no decoder/);
      const given = inputsOf(golden, 'B');
      const actual = await runReference(checkpoint, given);
      const expected = golden.tensors.get('B/output/encoder_last_hidden_state');
      const error = errorOfScale(actual.get('output/last_hidden_state')!, expected, queryMask(given, 'output/encoder_last_hidden_state'));
      assert.ok(error <= TOLERANCE, `error ${error} of the scale`);
    });
  }
});

test("a class of the encoder alone leaves the file's decoder unused", async () => {
  const { checkpoint } = await openGolden('t5');
  const config = normaliseConfig({ ...checkpoint.config.values, architectures: ['T5EncoderModel'] });
  const { outputs, unused, warnings } = emitModel({ ...checkpoint, config });
  assert.deepEqual([outputs, warnings], [['last_hidden_state'], []]);
  assert.ok(unused.includes('decoder.final_layer_norm.weight'));
});

test('FSMT without its stored tables and output weights computes the same', async () => {
  const golden = await openGolden('fsmt');
  const checkpoint = without(golden, /embed_positions|output_projection/);
  for (const letter of golden.cases) {
    const given = inputsOf(golden, letter);
    const actual = await runReference(checkpoint, given);
    const error = errorOfScale(
      actual.get('output/logits')!,
      golden.tensors.get(`${letter}/output/logits`),
      queryMask(given, 'output/logits'),
    );
    assert.ok(error <= TOLERANCE, `${letter}: error ${error} of the scale`);
  }
});

test('FSMT sees the padding of a target by its ids when no mask is given', async () => {
  const golden = await openGolden('fsmt');
  const { decoder_attention_mask: mask, ...given } = inputsOf(golden, 'B');
  assert.ok(mask?.data.includes(0n as never), 'case B has padding');
  const actual = await runReference(golden.checkpoint, given);
  const all = { ...given, decoder_attention_mask: mask! };
  const error = errorOfScale(actual.get('output/logits')!, golden.tensors.get('B/output/logits'), queryMask(all, 'output/logits'));
  assert.ok(error <= TOLERANCE, `error ${error} of the scale`);
});

test('a target that is not given is the token that decoding starts with', async () => {
  const golden = await openGolden('mbart');
  const { input_ids: ids } = inputsOf(golden, 'A');
  const filled = fillInputs(emitModel(golden.checkpoint).inputs, { input_ids: ids! });
  assert.deepEqual([...filled.decoder_input_ids!.data], [194n]);
  assert.deepEqual([...filled.decoder_attention_mask!.data], [1n]);
});

test('output weights that are neither tied nor stored: the model ends with its hidden states, and says so', async () => {
  const { outputs, warnings } = emitModel(without(await openGolden('t5-gated'), /^lm_head/));
  assert.deepEqual(outputs, ['last_hidden_state', 'encoder_last_hidden_state']);
  assert.match(warnings.join(), /no lm_head\.weight/);
});
