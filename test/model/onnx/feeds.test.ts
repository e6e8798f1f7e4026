import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FeedPlan, inputFacts, type ModelConfig, makeFeeds, planFeeds } from '../../../model/onnx/feeds.ts';
import { flattenIf } from '../../../model/onnx/flatten.ts';
import { readModelConfig } from '../../../model/onnx/folder.ts';
import { Graph } from '../../../model/onnx/graph.ts';
import { onnx } from '../../../model/onnx/proto.js';
import { readSkeleton } from '../../../model/onnx/skeleton.ts';
import { tensorOf } from '../../../model/ops/operators/constants.ts';
import { type DType, type Tensor, tensor } from '../../../model/tensor.ts';
import { assertTensor, EXACT } from '../compare.ts';
import { type Case, caseOf, cases, corpus, inputsOf, runOf } from './corpus.ts';

async function planOf(path: string, config?: ModelConfig): Promise<FeedPlan> {
  const { model } = await readSkeleton(corpus, path);
  flattenIf(model);
  return planFeeds(new Graph(model.graph!), config === undefined ? await readModelConfig(corpus, path) : config);
}

/** Cases of one row that need nothing but a text, an image or a sound. */
function ordinary({ path, goldens }: Case): boolean {
  if (/^(operators|hand\.)|past/.test(path)) return false;
  return [...goldens.under('input/')].every(([name, { shape }]) => shape[0] === 1 || name.startsWith('past') || shape.length === 0);
}

describe('from text, image or sound to every input of the graph, as the golden run had them', () => {
  const chosen = cases().filter(ordinary);
  test('most of the corpus is fed this way', () => assert.ok(chosen.length >= 14, `${chosen.length} files`));

  for (const { path, goldens } of chosen) {
    test(path, async () => {
      const plan = await planOf(path);
      const states = goldens.has('input/encoder_hidden_states') ? { states: goldens.get('input/encoder_hidden_states') } : null;
      const { feeds, warnings, padding } = makeFeeds(plan, runOf(goldens), states);
      assert.deepEqual(warnings, []);
      assert.equal(padding, 0);
      for (const { name } of plan.inputs) assertTensor(feeds[name]!, goldens.get(`input/${name}`), EXACT, name);
    });
  }
});

const TYPES = { float32: 1, int64: 7, int32: 6, float16: 10, bool: 9 } as const;

/** A plan for inputs as a graph would declare them. */
function planFor(
  inputs: Readonly<Record<string, readonly [keyof typeof TYPES, (number | string)[]]>>,
  config: ModelConfig = null,
): FeedPlan {
  const input = Object.entries(inputs).map(([name, [dtype, shape]]) => {
    const dim = shape.map((axis) =>
      onnx.TensorShapeProto.Dimension.create(typeof axis === 'number' ? { dimValue: axis } : { dimParam: axis }),
    );
    const tensorType = onnx.TypeProto.Tensor.create({ elemType: TYPES[dtype], shape: onnx.TensorShapeProto.create({ dim }) });
    return onnx.ValueInfoProto.create({ name, type: onnx.TypeProto.create({ tensorType }) });
  });
  return planFeeds(new Graph(onnx.GraphProto.create({ input })), config);
}

const numbers = ({ data }: Tensor) => Array.from(data, Number);
const ints = (dtype: DType, shape: number[], values: number[]) =>
  tensor(dtype, shape, dtype === 'int64' ? BigInt64Array.from(values, BigInt) : Int32Array.from(values));

describe('types and lengths are the graph’s own', () => {
  test('ids may be int32, masks bool or float', () => {
    const plan = planFor({ input_ids: ['int32', ['b', 's']], attention_mask: ['bool', ['b', 's']] });
    const { feeds } = makeFeeds(plan, { ids: [5, 6, 7], attentionMask: [1, 1, 0] });
    assert.equal(feeds['input_ids']!.dtype, 'int32');
    assert.deepEqual(feeds['attention_mask'], { dtype: 'bool', shape: [1, 3], data: Uint8Array.of(1, 1, 0) });
  });

  test('a graph for a fixed number of tokens gets padding that the mask hides, and says so', () => {
    const plan = planFor(
      { input_ids: ['int64', [1, 5]], attention_mask: ['int64', [1, 5]], token_type_ids: ['int64', [1, 5]] },
      { pad_token_id: 9 },
    );
    const { feeds, warnings, padding } = makeFeeds(plan, { ids: [1, 2, 3], typeIds: [0, 1, 1] });
    assert.deepEqual(numbers(feeds['input_ids']!), [1, 2, 3, 9, 9]);
    assert.deepEqual(numbers(feeds['attention_mask']!), [1, 1, 1, 0, 0]);
    assert.deepEqual(numbers(feeds['token_type_ids']!), [0, 1, 1, 0, 0]);
    assert.equal(padding, 2);
    assert.match(warnings.join(), /exactly 5 tokens: 2 are padding, and masked/);
  });

  test('a graph for a fixed number of tokens cuts what is longer, and says so', () => {
    const { feeds, warnings } = makeFeeds(planFor({ input_ids: ['int64', [1, 2]] }), { ids: [1, 2, 3] });
    assert.deepEqual(numbers(feeds['input_ids']!), [1, 2]);
    assert.match(warnings.join(), /exactly 2 tokens: the last 1 of 3 were cut off/);
  });

  test('padding without a mask is said', () => {
    const { warnings } = makeFeeds(planFor({ input_ids: ['int64', [1, 4]] }), { ids: [1] });
    assert.match(warnings.join(), /3 are padding, and the model has no mask for them/);
  });

  test('a graph for a fixed batch gets the text as often', () => {
    const { feeds, warnings } = makeFeeds(planFor({ input_ids: ['int64', [2, 's']] }), { ids: [1, 2] });
    assert.deepEqual(feeds['input_ids']!.shape, [2, 2]);
    assert.deepEqual(numbers(feeds['input_ids']!), [1, 2, 1, 2]);
    assert.match(warnings.join(), /batch of 2/);
  });

  test('an image goes in as half precision, or with channels last', () => {
    const image = tensor('float32', [1, 3, 1, 2], Float32Array.of(1, 2, 3, 4, 5, 6));
    const half = makeFeeds(planFor({ pixel_values: ['float16', ['b', 3, 1, 2]] }), { pixelValues: image }).feeds['pixel_values']!;
    assert.equal(half.dtype, 'float16');
    const last = makeFeeds(planFor({ pixel_values: ['float32', ['b', 1, 2, 3]] }), { pixelValues: image }).feeds['pixel_values']!;
    assert.deepEqual(last, { dtype: 'float32', shape: [1, 1, 2, 3], data: Float32Array.of(1, 3, 5, 2, 4, 6) });
  });

  test('an image of another size is refused with both sizes', () => {
    const image = tensor('float32', [1, 3, 2, 2], new Float32Array(12));
    assert.throws(() => makeFeeds(planFor({ pixel_values: ['float32', [1, 3, 24, 24]] }), { pixelValues: image }), {
      code: 'shape',
      message: /\[1, 3, 24, 24\].*\[1, 3, 2, 2\]/,
    });
  });
});

describe('positions follow the family', () => {
  const plan = (family: string, extra: object = {}) =>
    planFor(
      { input_ids: ['int64', ['b', 's']], attention_mask: ['int64', ['b', 's']], position_ids: ['int64', ['b', 's']] },
      { model_type: family, ...extra },
    );
  const positions = (family: string, mask: number[], extra?: object) =>
    numbers(makeFeeds(plan(family, extra), { ids: mask.map(() => 3), attentionMask: mask }).feeds['position_ids']!);

  test('decoders count attended tokens, masked ones get 1', () => assert.deepEqual(positions('gpt2', [0, 0, 1, 1, 1]), [1, 1, 0, 1, 2]));
  test('RoBERTa counts from behind its padding index', () =>
    assert.deepEqual(positions('roberta', [1, 1, 1], { pad_token_id: 1 }), [2, 3, 4]));
  test('Gemma 3 counts from 1', () => assert.deepEqual(positions('gemma3_text', [1, 1]), [1, 2]));

  test('three times the same for models with positions in time, height and width', () => {
    const three = planFor({ input_ids: ['int64', ['b', 's']], position_ids: ['int64', [3, 'b', 's']] });
    const { shape, data } = makeFeeds(three, { ids: [7, 8] }).feeds['position_ids']!;
    assert.deepEqual(
      [shape, Array.from(data, Number)],
      [
        [3, 1, 2],
        [0, 1, 0, 1, 0, 1],
      ],
    );
  });
});

describe('caches', () => {
  const inputs = {
    input_ids: ['int64', ['batch_size', 'sequence_length']],
    attention_mask: ['int64', ['batch_size', 'past_sequence_length + sequence_length']],
    position_ids: ['int64', ['batch_size', 'sequence_length']],
    'past_key_values.0.key': ['float16', ['batch_size', 2, 'past_sequence_length', 8]],
  } as const;

  test('are empty, in the graph’s own type', () => {
    const cache = makeFeeds(planFor(inputs as never), { ids: [1, 2] }).feeds['past_key_values.0.key']!;
    assert.deepEqual([cache.dtype, cache.shape, cache.data.length], ['float16', [1, 2, 0, 8], 0]);
  });

  test('that are given make the mask longer and the positions later', () => {
    const past = tensor('float16', [1, 2, 3, 8], new Float32Array(48));
    const { feeds } = makeFeeds(planFor(inputs as never), { ids: [1, 2], raw: { 'past_key_values.0.key': past } });
    assert.deepEqual(numbers(feeds['attention_mask']!), [1, 1, 1, 1, 1]);
    assert.deepEqual(numbers(feeds['position_ids']!), [3, 4]);
    assert.equal(feeds['past_key_values.0.key'], past);
  });

  test('of a built model get the width of a head from the graph', async () => {
    const plan = await planOf('llama.genai.fp32/model.onnx', null);
    const { feeds } = makeFeeds(plan, { ids: [1, 2, 3] });
    assert.deepEqual(feeds['past_key_values.0.key']!.shape, [1, 2, 0, 16]);
  });

  test('that the graph does not take are refused, not lost', async () => {
    const plan = await planOf('marian.optimum.folder/decoder_model_merged.onnx');
    const raw = { 'past_key_values.0.decoder.key': tensor('float32', [1, 3, 2, 8], new Float32Array(48)) };
    const states = tensor('float32', [1, 4, 24], new Float32Array(96));
    assert.throws(() => makeFeeds(plan, { targetIds: [1], raw }, { states }), { code: 'unsupported', message: /run without one/ });
  });

  test('of an encoder cannot be made up', async () => {
    const plan = await planOf('t5.optimum.folder-three-files/decoder_with_past_model.onnx');
    assert.throws(() => makeFeeds(plan, { targetIds: [1] }), {
      code: 'input',
      message: /past_key_values\.0\.encoder\.key \(float32 \[batch_size, 3, /,
    });
  });

  test('are given to the un-merged decoder with the flag that nobody looks at them', async () => {
    const { model } = await readSkeleton(corpus, 'marian.optimum.folder/decoder_model_merged.onnx');
    const plan = planFeeds(new Graph(model.graph!), null);
    const states = tensor('float32', [1, 4, 24], new Float32Array(96));
    const { feeds } = makeFeeds(plan, { targetIds: [1] }, { states });
    assert.deepEqual(feeds['use_cache_branch'], { dtype: 'bool', shape: [1], data: Uint8Array.of(0) });
    assert.deepEqual(feeds['encoder_attention_mask']!.shape, [1, 4]);
    assert.deepEqual(feeds['past_key_values.0.encoder.key']!.shape, [1, 3, 0, 8]);
  });
});

describe('raw inputs', () => {
  test('win, and lengths and batch follow them', async () => {
    const { path, goldens } = caseOf('bert.dy18.sdpa.padded/model.onnx');
    const { input_ids } = inputsOf(goldens);
    const { feeds } = makeFeeds(await planOf(path), { ids: [1], raw: { input_ids: input_ids! } });
    assert.equal(feeds['input_ids'], input_ids);
    for (const name of ['attention_mask', 'token_type_ids']) assert.deepEqual(feeds[name]!.shape, input_ids!.shape);
  });

  test('of a batch give every text its own mask, and its own positions', () => {
    const plan = planFor({ input_ids: ['int64', ['b', 's']], attention_mask: ['int64', ['b', 's']], position_ids: ['int64', ['b', 's']] });
    const raw = { input_ids: tensorOf([5, 6, 7, 8, 9, 4], 'int64', [2, 3]), attention_mask: tensorOf([0, 1, 1, 1, 1, 1], 'int64', [2, 3]) };
    const { shape, data } = makeFeeds(plan, { raw }).feeds['position_ids']!;
    assert.deepEqual(
      [shape, Array.from(data, Number)],
      [
        [2, 3],
        [1, 0, 1, 0, 1, 2],
      ],
    );
  });

  test('give a mask that positions are counted from', () => {
    const plan = planFor({ input_ids: ['int64', ['b', 's']], attention_mask: ['int64', ['b', 's']], position_ids: ['int64', ['b', 's']] });
    const raw = { input_ids: ints('int64', [1, 3], [4, 5, 6]), attention_mask: ints('int64', [1, 3], [0, 1, 1]) };
    assert.deepEqual(numbers(makeFeeds(plan, { raw }).feeds['position_ids']!), [1, 0, 1]);
  });

  test('of another width become the graph’s own type; floats for integers are refused', () => {
    const plan = planFor({ input_ids: ['int32', ['b', 's']] });
    const { feeds } = makeFeeds(plan, { raw: { input_ids: ints('int64', [1, 2], [4, 5]) } });
    assert.deepEqual(feeds['input_ids'], { dtype: 'int32', shape: [1, 2], data: Int32Array.of(4, 5) });
    const raw = { input_ids: tensor('float32', [1, 2], Float32Array.of(4, 5)) };
    assert.throws(() => makeFeeds(plan, { raw }), { code: 'input', message: /input_ids must be int32, but float32 was given/ });
  });

  test('of the wrong shape are refused with both shapes', () => {
    const raw = { input_ids: ints('int64', [1, 3], [4, 5, 6]) };
    assert.throws(() => makeFeeds(planFor({ input_ids: ['int64', [1, 7]] }), { raw }), {
      code: 'shape',
      message: /\[1, 7\], but \[1, 3\]/,
    });
  });
});

describe('other exporters', () => {
  test('TensorFlow decorates names', () => {
    const plan = planFor({
      'unique_ids_raw_output___9:0': ['int64', ['n']],
      'segment_ids:0': ['int64', ['n', 4]],
      'input_mask:0': ['int64', ['n', 4]],
      'serving_default_input_ids:0': ['int64', ['n', 4]],
    });
    const { feeds } = makeFeeds(plan, { ids: [1, 2, 3] });
    assert.deepEqual(Object.values(feeds).map(numbers), [[0], [0, 0, 0, 0], [1, 1, 1, 0], [1, 2, 3, 0]]);
  });

  test('a single input of integers is the text, whatever its name and rank', () => {
    const { shape, data } = makeFeeds(planFor({ input1: ['int64', ['a', 'b', 'c']] }), { ids: [8, 9] }).feeds['input1']!;
    assert.deepEqual(
      [shape, Array.from(data, Number)],
      [
        [1, 1, 2],
        [8, 9],
      ],
    );
  });
});

describe('what nothing can fill in', () => {
  test('is refused by name, type and shape', () => {
    const plan = planFor({ input_ids: ['int64', ['b', 's']], mood: ['float32', ['b', 3]] });
    assert.throws(() => makeFeeds(plan, { ids: [1] }), { name: 'HeadlightError', code: 'input', message: /mood \(float32 \[b, 3\]\)/ });
    assert.equal(inputFacts(plan).find(({ name }) => name === 'mood')!.filledBy, null);
  });

  test('is said with what it wants where that is known', () => {
    assert.throws(() => makeFeeds(planFor({ pixel_values: ['float32', ['b', 3, 8, 8]] }), { ids: [1] }), {
      code: 'input',
      message: /pixel_values .*the image/,
    });
  });

  test('an additive mask is not guessed', () => {
    const plan = planFor({ input_ids: ['int64', ['b', 's']], attention_mask: ['float32', ['b', 1, 's', 's']] });
    assert.throws(() => makeFeeds(plan, { ids: [1, 2] }), { code: 'input', message: /attention_mask/ });
  });

  test('every input is described in words', async () => {
    const facts = inputFacts(await planOf('marian.optimum.folder/decoder_model_merged.onnx'));
    assert.deepEqual(
      facts.map(({ name, dtype, filledBy }) => [name, dtype, filledBy]),
      [
        ['encoder_attention_mask', 'int64', 'ones for what the encoder read'],
        ['input_ids', 'int64', "the decoder's tokens"],
        ['encoder_hidden_states', 'float32', "the encoder's result"],
      ],
    );
  });
});

describe('a decoder that nobody gave tokens', () => {
  test('starts with its start token', () => {
    const plan = planFor({ input_ids: ['int64', ['b', 's']], decoder_input_ids: ['int64', ['b', 't']] }, { decoder_start_token_id: 7 });
    assert.deepEqual(numbers(makeFeeds(plan, { ids: [1] }).feeds['decoder_input_ids']!), [7]);
  });
});
