import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FileFacts, fileFacts } from '../../../model/onnx/facts.ts';
import type { ModelConfig } from '../../../model/onnx/feeds.ts';
import { flattenIf } from '../../../model/onnx/flatten.ts';
import { readModelConfig } from '../../../model/onnx/folder.ts';
import { Graph } from '../../../model/onnx/graph.ts';
import { inlineFunctions } from '../../../model/onnx/inline.ts';
import { readSkeleton } from '../../../model/onnx/skeleton.ts';
import { corpus } from './corpus.ts';

async function factsOf(paths: readonly string[], config?: ModelConfig): Promise<FileFacts> {
  const graphs: Graph[] = [];
  for (const path of paths) {
    const { model } = await readSkeleton(corpus, path);
    inlineFunctions(model);
    flattenIf(model);
    graphs.push(new Graph(model.graph!));
  }
  return fileFacts(graphs, config === undefined ? await readModelConfig(corpus, paths[0]!) : config);
}

/** Parameters of the same model however it was exported: counted by hand from its sizes (see below). */
const LLAMA = 23072;

/** architecture, parameters, dtype, quantization, positions, longest text, vocabulary */
const EXPECTED: Readonly<Record<string, readonly unknown[]>> = {
  'bert.dy23.sdpa/model.onnx': ['bert', 14576, 'float32', null, 'learned', 16, 64],
  'bert.int8/model.onnx': ['bert', 14576, 'int8', 'int8 dynamic', 'learned', 16, 64],
  'bert.qdq/model.onnx': ['bert', 14576, 'int8', 'int8 static (QDQ)', 'learned', 16, 64],
  'roberta.dy18.eager/model.onnx': ['roberta', 9408, 'float32', null, 'learned', 14, 64],
  'vit.fp16/model.onnx': ['vit', 18480, 'float16', null, 'learned', null, null],
  'llama.genai.fp32/model.onnx': ['llama', LLAMA, 'float32', null, 'rotary', null, 70],
  'llama.genai.int4/model.onnx': ['llama', LLAMA, 'uint8', '4-bit blocks of 32', 'rotary', null, 70],
  'whisper.dy18.eager/model.onnx': ['whisper', 25704, 'float32', null, 'sinusoidal (encoder), learned (decoder)', null, 64],
  'bart.dy18.sdpa/model.onnx': ['bart', 23776, 'float32', null, 'learned', 16, 64],
  'bert.ts17.eager.classifier-softmax.static/model.onnx': ['bert', 10058, 'float32', null, 'learned', 7, 64],
  'hand.local-function/model.onnx': ['unknown', 4608, 'float32', null, null, null, null],
};

describe('facts from the graph alone', () => {
  for (const [path, expected] of Object.entries(EXPECTED)) {
    test(path, async () => {
      const { architecture, parameters, dtype, quantization, positions, maxTokens, vocabulary } = await factsOf([path], null);
      assert.deepEqual([architecture, parameters, dtype, quantization, positions, maxTokens, vocabulary], expected);
    });
  }

  test('parameters are those of the architecture, by hand', () => {
    // Llama: V 70, D 32, L 2, H 4, G 2, d 16, F 32; embedding and head apart; no biases; two norms a layer and one at the end.
    const [V, D, L, H, G, d, F] = [70, 32, 2, 4, 2, 16, 32];
    const layer = D * H * d + 2 * D * G * d + H * d * D + 3 * D * F + 2 * D;
    assert.equal(2 * V * D + L * layer + D, LLAMA);
  });
});

describe('facts with a configuration', () => {
  test('the family, its vocabulary and its longest input are the configuration’s', async () => {
    const facts = await factsOf(['bert.optimum.onnx-folder/onnx/model_quantized.onnx']);
    assert.deepEqual(
      [facts.architecture, facts.dtype, facts.quantization, facts.maxTokens, facts.vocabulary],
      ['bert', 'int8', 'int8 dynamic', 32, 80],
    );
  });

  test('an encoder and a decoder count together', async () => {
    const [encoder, decoder] = ['encoder_model', 'decoder_model_merged'].map((name) => `marian.optimum.folder/${name}.onnx`);
    const alone = await Promise.all([factsOf([encoder!]), factsOf([decoder!])]);
    const both = await factsOf([encoder!, decoder!]);
    assert.equal(both.parameters, alone[0]!.parameters + alone[1]!.parameters);
    assert.equal(both.architecture, 'marian');
    assert.equal(both.positions, 'sinusoidal');
  });

  test('a RoBERTa of 514 positions reads 512 tokens', async () => {
    const config = { model_type: 'roberta', max_position_embeddings: 514, pad_token_id: 1 };
    assert.equal((await factsOf(['roberta.dy18.eager/model.onnx'], config)).maxTokens, 512);
  });
});
