/** Graphs whose numbers another runtime would round otherwise say so; others say nothing. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { roundingWarnings } from '../../../model/onnx/roundings.ts';
import { decodeModel } from '../../../model/onnx/wire.ts';
import { fixture } from '../goldens.ts';

const said = (name: string): string[] => {
  const { graph } = decodeModel(new Uint8Array(readFileSync(fixture('onnx', name, 'model.onnx'))), name);
  return roundingWarnings(graph!);
};

for (const [name, words] of [
  ['llama.genai.int4', /accuracy_level 4/],
  ['bert.qdq', /QuantizeLinear/],
  ['bart.ort-mha.fp16', /half precision/],
] as const) {
  test(`${name} says how its numbers are rounded`, () => {
    const sentences = said(name);
    assert.equal(sentences.length, 1);
    assert.match(sentences[0]!, words);
  });
}

for (const name of ['bert.ts17.eager.classifier-softmax.static', 'llama.q4', 'bert.int8']) {
  test(`${name} needs no such words`, () => assert.deepEqual(said(name), []));
}
