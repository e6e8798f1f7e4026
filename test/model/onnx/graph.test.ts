import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { operatorOf } from '../../../model/onnx/attributes.ts';
import { prune } from '../../../model/onnx/flatten.ts';
import { Graph } from '../../../model/onnx/graph.ts';
import { modulePath, moduleWords } from '../../../model/onnx/module-path.ts';
import { onnx } from '../../../model/onnx/proto.js';
import { readSkeleton } from '../../../model/onnx/skeleton.ts';
import { bfloatBits, halfBits, inlineTensor, tensorProto } from '../../../model/onnx/tensors.ts';
import { type DType, tensor } from '../../../model/tensor.ts';
import { fromHalf } from '../goldens.ts';
import { cases, corpus } from './corpus.ts';
import { random } from './random.ts';

const node = (opType: string, input: string[], output: string[], more: Partial<onnx.NodeProto> = {}) =>
  onnx.NodeProto.create({ opType, input, output, name: `make_${output[0]}`, ...more });
const value = (name: string) => onnx.ValueInfoProto.create({ name });
const floats = (name: string, ...values: number[]) => tensorProto(name, tensor('float32', [values.length], Float32Array.from(values)));
const graphAttribute = (name: string, g: onnx.GraphProto) => onnx.AttributeProto.create({ name, type: 5, g });

async function graphOf(path: string): Promise<Graph> {
  return new Graph((await readSkeleton(corpus, path)).graph);
}

describe('a graph', () => {
  const proto = onnx.GraphProto.create({
    input: [value('x'), value('stored')],
    output: [value('y')],
    initializer: [floats('stored', 1, 2)],
    node: [
      node('Add', ['b', 'x'], ['y']),
      node('Mul', ['a', 'a'], ['b']),
      node('Sub', ['x', 'stored'], ['a']),
      node('Neg', ['x'], ['unused']),
    ],
  });
  const graph = new Graph(proto);

  test('orders its nodes so that each stands behind what it needs', () => {
    assert.deepEqual(
      graph.nodes.map(({ output }) => output[0]),
      ['a', 'b', 'y', 'unused'],
    );
  });

  test('knows who makes a value and who uses it, by input', () => {
    assert.equal(graph.producer('b')!.opType, 'Mul');
    assert.equal(graph.producer('x'), null);
    assert.deepEqual(
      graph.consumers('a').map(({ index }) => index),
      [0, 1],
    );
    assert.deepEqual(graph.consumers('y'), []);
    assert.ok(graph.isOutput('y') && !graph.isOutput('b'));
  });

  test('wants only inputs that are not stored', () =>
    assert.deepEqual(
      graph.inputs.map(({ name }) => name),
      ['x'],
    ));

  test('pruned, keeps what the outputs need', () => {
    const copy = onnx.GraphProto.create({ ...proto, node: [...proto.node], input: [...proto.input, value('idle')] });
    prune(copy);
    assert.deepEqual(
      copy.node.map(({ output }) => output[0]),
      ['a', 'b', 'y'],
    );
    assert.deepEqual(
      copy.input.map(({ name }) => name),
      ['x', 'stored'],
    );
  });

  test('every file: an order in which each node finds its inputs', async () => {
    for (const { path } of cases()) {
      const { nodes, proto: whole } = await graphOf(path);
      const known = new Set(['', ...[...whole.input, ...whole.initializer].map(({ name }) => name)]);
      for (const one of nodes) {
        for (const input of one.input) assert.ok(known.has(input), `${path}: ${one.name} needs ${input}`);
        for (const output of one.output) known.add(output);
      }
      assert.equal(nodes.length, whole.node.length);
    }
  });

  test('a chain of 100,000 nodes in the wrong order is no problem', () => {
    const nodes = Array.from({ length: 100_000 }, (_, i) => node('Neg', [i ? `v${i - 1}` : 'x'], [`v${i}`])).reverse();
    assert.equal(new Graph(onnx.GraphProto.create({ input: [value('x')], node: nodes })).nodes[0]!.output[0], 'v0');
  });

  test('a cycle through a subgraph is found', () => {
    const body = onnx.GraphProto.create({ node: [node('Neg', ['later'], ['inner'])], output: [value('inner')] });
    const nodes = [node('If', ['c'], ['m'], { attribute: [graphAttribute('then_branch', body)] }), node('Neg', ['m'], ['later'])];
    assert.throws(() => new Graph(onnx.GraphProto.create({ input: [value('c')], node: nodes })), {
      message: /cycle through make_later, make_m/,
    });
  });
});

describe('constants', () => {
  const constant = onnx.AttributeProto.create({ name: 'value', type: 4, t: floats('', 3) });
  const inner = onnx.GraphProto.create({ initializer: [floats('own', 5)], node: [node('Add', ['own', 'w'], ['r'])], output: [value('r')] });
  const graph = new Graph(
    onnx.GraphProto.create({
      input: [value('x'), value('c')],
      initializer: [floats('w', 1, 2), onnx.TensorProto.create({ name: 'words', dataType: 8, dims: [1], stringData: [Uint8Array.of(65)] })],
      node: [
        node('Constant', [], ['k'], { attribute: [constant] }),
        node('Identity', ['k'], ['same']),
        node('Identity', ['w'], ['w2']),
        node('Cast', ['w2'], ['whole'], { attribute: [onnx.AttributeProto.create({ name: 'to', type: 2, i: 7 })] }),
        node('Cast', ['x'], ['cast'], { attribute: [onnx.AttributeProto.create({ name: 'to', type: 2, i: 7 })] }),
        node('If', ['c'], ['i'], { attribute: [graphAttribute('then_branch', inner)] }),
      ],
    }),
  );

  test('are stored tensors and Constant nodes, also through Identity and Cast', () => {
    assert.deepEqual(graph.constant('w')!.data, Float32Array.of(1, 2));
    assert.deepEqual(graph.constant('same')!.data, Float32Array.of(3));
    assert.deepEqual(graph.constant('w2')!.data, Float32Array.of(1, 2));
    assert.deepEqual(graph.constant('whole'), { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, 2n) });
  });

  test('are not inputs, not computed, and not text', () => {
    for (const name of ['x', 'i', 'words', 'cast', 'nowhere']) assert.equal(graph.constant(name), null, name);
  });

  test('of the graph around are seen in a body', () => {
    const [body] = graph.subgraphs(graph.producer('i')!);
    assert.deepEqual(body!.constant('own')!.data, Float32Array.of(5));
    assert.deepEqual(body!.constant('w')!.data, Float32Array.of(1, 2));
    assert.deepEqual(body!.outerValues(), ['w']);
    assert.deepEqual(
      graph.consumers('w').map(({ index }) => index),
      [0, -1],
    );
  });
});

describe('module paths', () => {
  const softmaxOf = async (path: string, operator = 'Softmax') => (await graphOf(path)).nodes.find((one) => operatorOf(one) === operator)!;

  test('from the scopes that the dynamo exporter writes', async () => {
    const path = modulePath(await softmaxOf('bert.dy23.sdpa/model.onnx', 'Attention'));
    assert.deepEqual(path, ['model', 'encoder', 'layer.0', 'attention', 'self']);
    assert.equal(moduleWords(path), 'model · encoder · layer 0 · attention · self');
  });

  test('from the names that TorchScript writes', async () => {
    const path = modulePath(await softmaxOf('gpt2.optimum.folder/model.onnx'));
    assert.deepEqual(path, ['transformer', 'h.0', 'attn']);
  });

  test('from the names of the model builder', async () => {
    const path = modulePath(await softmaxOf('llama.genai.fp32/model.onnx', 'com.microsoft::GroupQueryAttention'));
    assert.deepEqual(path, ['model', 'layers.0', 'attn']);
  });

  test('nothing where the file tells nothing', async () => {
    assert.deepEqual(modulePath(await softmaxOf('hand.inside-loop/model.onnx', 'Loop')), []);
  });
});

describe('half precision', () => {
  test('every bit pattern comes back', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const number = fromHalf(bits);
      if (!Number.isNaN(number)) assert.equal(halfBits(number), bits);
    }
    assert.ok(Number.isNaN(fromHalf(halfBits(Number.NaN))));
  });

  test('rounds to nearest, ties to even, and overflows to infinity', () => {
    const next = 1 + 2 ** -10;
    assert.equal(fromHalf(halfBits(1 + 2 ** -11)), 1);
    assert.equal(fromHalf(halfBits(next + 2 ** -11)), 1 + 2 ** -9);
    assert.equal(fromHalf(halfBits(1 + 2 ** -11 + 2 ** -20)), next);
    assert.equal(fromHalf(halfBits(65519)), 65504);
    assert.equal(fromHalf(halfBits(65520)), Number.POSITIVE_INFINITY);
    assert.equal(fromHalf(halfBits(2 ** -25)), 0);
    assert.equal(fromHalf(halfBits(1.5 * 2 ** -25)), 2 ** -24);
    assert.ok(Object.is(fromHalf(halfBits(-0)), -0));
  });

  test('bfloat16 keeps the upper half of a float32, rounded', () => {
    const word = new DataView(new ArrayBuffer(4));
    const next = random(3);
    for (let i = 0; i < 2000; i++) {
      const number = Math.fround((next() - 0.5) * 2 ** Math.floor(next() * 60 - 30));
      word.setUint32(0, bfloatBits(number) << 16);
      assert.ok(Math.abs(word.getFloat32(0) - number) <= Math.abs(number) * 2 ** -8);
    }
    assert.equal(bfloatBits(1), 0x3f80);
    assert.equal(bfloatBits(1 + 2 ** -8), 0x3f80, 'a tie goes to even');
    assert.equal(bfloatBits(1 + 3 * 2 ** -8), 0x3f82, 'a tie goes to even');
  });
});

describe('a tensor that is written', () => {
  const values: Readonly<Partial<Record<DType, ArrayLike<number> & Iterable<number>>>> = {
    float32: [1.5, -2],
    float16: [0.5, -65504],
    bfloat16: [3, -0.25],
    float64: [Math.PI, -1e300],
    int32: [-1, 2 ** 31 - 1],
    int8: [-128, 127],
    uint8: [0, 255],
    bool: [0, 1],
    int4: [-8, 7, 3],
    uint4: [15, 0, 9],
  };
  for (const [dtype, numbers] of Object.entries(values) as [DType, number[]][]) {
    test(`is read again: ${dtype}`, () => {
      const arrays = {
        float64: Float64Array,
        int32: Int32Array,
        int8: Int8Array,
        int4: Int8Array,
        uint8: Uint8Array,
        bool: Uint8Array,
        uint4: Uint8Array,
      };
      const array = arrays[dtype as keyof typeof arrays] ?? Float32Array;
      const copy = inlineTensor(tensorProto('t', tensor(dtype, [numbers.length], array.from(numbers))));
      assert.deepEqual([copy.dtype, Array.from(copy.data, Number)], [dtype, numbers]);
    });
  }
});
