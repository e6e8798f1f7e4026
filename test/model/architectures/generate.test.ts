/**
 * Greedy generation: six tokens, each the largest logit of a full forward pass. Nothing is cached, forced or forbidden.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { emitModel } from '../../../model/architectures/emit.ts';
import { fillInputs } from '../../../model/architectures/fill.ts';
import { runReference } from '../../../model/architectures/reference.ts';
import { familyTypes } from '../../../model/architectures/registry.ts';
import { type Tensor, tensor } from '../../../model/tensor.ts';
import { type Golden, goldenNames, inputsOf, modelTypeOf, openGolden } from './checkpoints.ts';
import { runOrt } from './ort.ts';

type Inputs = Readonly<Record<string, Tensor>>;
type Logits = (golden: Golden, inputs: Inputs) => Promise<Tensor>;

const byReference: Logits = async ({ checkpoint }, inputs) => (await runReference(checkpoint, inputs)).get('output/logits')!;

const byEngine: Logits = async ({ checkpoint }, inputs) => {
  const emitted = emitModel(checkpoint, { given: Object.keys(inputs) });
  return (await runOrt(checkpoint, emitted, fillInputs(emitted.inputs, inputs))).get('logits')!;
};

const row = (ids: readonly bigint[]): Tensor => tensor('int64', [1, ids.length], BigInt64Array.from(ids));
const idsOf = ({ data }: Tensor): bigint[] => [...(data as BigInt64Array)];

/** The id with the largest logit at the last position: [1, T, V] → id */
function best({ shape, data }: Tensor): bigint {
  const width = shape[2]!;
  const last = Array.from({ length: width }, (_, id) => Number(data[data.length - width + id]));
  return BigInt(last.indexOf(Math.max(...last)));
}

/** The prompt of a decoder; the start token alone for the decoder of an encoder–decoder. */
async function generate(golden: Golden, logits: Logits, steps: number): Promise<bigint[]> {
  const inputs = inputsOf(golden, 'A');
  const isEncoderDecoder = 'decoder_input_ids' in inputs;
  const name = isEncoderDecoder ? 'decoder_input_ids' : 'input_ids';
  const prompt = idsOf(inputs[name]!).slice(0, isEncoderDecoder ? 1 : undefined);
  const ids = [...prompt];
  while (ids.length < prompt.length + steps) {
    const mask = isEncoderDecoder ? {} : { attention_mask: row(ids.map(() => 1n)) };
    ids.push(best(await logits(golden, { ...inputs, ...mask, [name]: row(ids) })));
  }
  return ids.slice(prompt.length);
}

const known = goldenNames().filter((name) => familyTypes().includes(modelTypeOf(name)));
const generating = (await Promise.all(known.map(openGolden))).filter(({ tensors }) => tensors.has('A/generated'));

for (const [engine, logits] of Object.entries({ reference: byReference, onnxruntime: byEngine })) {
  describe(`greedy generation in ${engine}`, () => {
    for (const golden of generating) {
      test(golden.name, async () => {
        const expected = idsOf(golden.tensors.get('A/generated'));
        assert.equal(expected.length, 6);
        assert.deepEqual(await generate(golden, logits, expected.length), expected);
      });
    }
  });
}

test('decoders and encoder–decoders have a golden generation', () => {
  assert.ok(generating.length >= 20, generating.map(({ name }) => name).join(', '));
});
