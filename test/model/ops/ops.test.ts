/**
 * One definition, two interpreters: a program that uses every method of `Ops` gives the same numbers when the reference computes it and
 * when onnxruntime-web runs the graph that `emit` wrote.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ort from 'onnxruntime-web';
import { writeModel } from '../../../model/onnx/wire.ts';
import { emit } from '../../../model/ops/emit.ts';
import { END } from '../../../model/ops/operators/constants.ts';
import { type Interpreter, type Ops, operators } from '../../../model/ops/ops.ts';
import { reference } from '../../../model/ops/reference/interpreter.ts';
import type { DType, Tensor } from '../../../model/tensor.ts';
import { assertClose } from '../compare.ts';
import { wave, whole } from './runtime.ts';

ort.env.wasm.numThreads = 1;

const FEEDS = {
  x: wave([2, 3, 4]),
  y: wave([2, 3, 4], 5),
  square: wave([4, 4], 2),
  positive: { ...wave([2, 3, 4], 3), data: (wave([2, 3, 4], 3).data as Float32Array).map((v) => Math.abs(v) + 0.5) },
  image: wave([1, 4, 6, 6], 4),
  kernel: wave([2, 4, 3, 3], 6),
  spread: wave([4, 2, 2, 2], 7),
  channels: wave([4], 8),
  w4: wave([1, 12, 4], 9),
  r4: wave([1, 12, 3], 10),
  w3: wave([1, 9, 4], 11),
  r3: wave([1, 9, 3], 12),
  w1: wave([1, 3, 4], 13),
  r1: wave([1, 3, 3], 14),
} as const satisfies Record<string, Tensor>;

const INTEGERS = {
  indices: whole('int64', [2, 2], -3, 3),
  places: whole('int64', [2, 3, 2], 0, 4),
  tuples: whole('int64', [2, 1], 0, 2),
  flags: whole('bool', [2, 3, 4], 0, 2),
};

type Values<T> = Readonly<Record<keyof typeof FEEDS | keyof typeof INTEGERS, T>>;
type Results<T> = Record<string, T | readonly T[]>;

function elementwise<T>(o: Ops<T>, { x, y, positive, flags }: Values<T>): Results<T> {
  return {
    add: o.add(x, 1),
    sub: o.sub(2, x),
    mul: o.mul(x, y),
    div: o.div(x, positive),
    pow: o.pow(positive, 1.5),
    mod: o.mod(x, positive, { fmod: 1 }),
    min: o.min(x, y, 0.5),
    max: o.max(x, y, 0),
    sqrt: o.sqrt(positive),
    reciprocal: o.reciprocal(positive),
    neg: o.neg(x),
    abs: o.abs(x),
    exp: o.exp(x),
    log: o.log(positive),
    erf: o.erf(x),
    sin: o.sin(x),
    cos: o.cos(x),
    tanh: o.tanh(x),
    sigmoid: o.sigmoid(x),
    relu: o.relu(x),
    softplus: o.softplus(x),
    gelu: o.gelu(x, { approximate: 'tanh' }),
    leakyRelu: o.leakyRelu(x, { alpha: 0.1 }),
    elu: o.elu(x),
    clip: o.clip(x, -0.5, null),
    floor: o.floor(x),
    ceil: o.ceil(x),
    round: o.round(x),
    sign: o.sign(x),
    where: o.where(flags, x, 0),
    cast: o.cast(x, 'int32'),
    castLike: o.castLike(1.5, x),
    identity: o.identity(x),
    isNaN: o.isNaN(x),
  };
}

function logic<T>(o: Ops<T>, { x, y, flags }: Values<T>): Results<T> {
  const other = o.less(x, y);
  return {
    less: other,
    equal: o.equal(x, y),
    lessOrEqual: o.lessOrEqual(x, y),
    greater: o.greater(x, y),
    greaterOrEqual: o.greaterOrEqual(x, y),
    and: o.and(flags, other),
    or: o.or(flags, other),
    xor: o.xor(flags, other),
    not: o.not(flags),
  };
}

function linear<T>(o: Ops<T>, v: Values<T>): Results<T> {
  const { x, square, image, kernel, spread, channels } = v;
  const layer = { hidden_size: 3 };
  return {
    matMul: o.matMul(x, square),
    gemm: o.gemm(square, square, channels, { transB: 1, alpha: 0.5 }),
    einsum: o.einsum('bij,jk->bik', x, square),
    conv: o.conv(image, kernel, null, { pads: [1, 1, 1, 1], strides: [2, 2] }),
    convTranspose: o.convTranspose(image, spread, null, { strides: [2, 2] }),
    averagePool: o.averagePool(image, { kernel_shape: [2, 2] }),
    maxPool: o.maxPool(image, { kernel_shape: [2, 2] }),
    globalAveragePool: o.globalAveragePool(image),
    lstm: o.lstm(x, v.w4, v.r4, {}, layer),
    gru: o.gru(x, v.w3, v.r3, {}, layer),
    rnn: o.rnn(x, v.w1, v.r1, {}, layer),
    softmax: o.softmax(x, { axis: 1 }),
    logSoftmax: o.logSoftmax(x),
    layerNormalization: o.layerNormalization(x, channels, channels, { epsilon: 1e-3 }),
    groupNormalization: o.groupNormalization(image, channels, channels, { num_groups: 2 }),
    instanceNormalization: o.instanceNormalization(image, channels, channels),
    batchNormalization: o.batchNormalization(image, channels, channels, channels, o.exp(channels)),
  };
}

function reductions<T>(o: Ops<T>, { x }: Values<T>): Results<T> {
  return {
    reduceMean: o.reduceMean(x, [1]),
    reduceSum: o.reduceSum(x),
    reduceMax: o.reduceMax(x, [-1], { keepdims: 0 }),
    reduceMin: o.reduceMin(x, [0, 2]),
    reduceProd: o.reduceProd(x, [1]),
    reduceL2: o.reduceL2(x, [2]),
    argMax: o.argMax(x, { axis: -1 }),
    argMin: o.argMin(x, { axis: 1, keepdims: 0 }),
    cumSum: o.cumSum(x, 1, { exclusive: 1 }),
    topK: o.topK(x, 2, { axis: 2 }),
  };
}

function selections<T>(o: Ops<T>, { x, square, indices, places, tuples }: Values<T>): Results<T> {
  return {
    gather: [o.gather(x, indices, { axis: 1 }), o.gather(x, 0), o.gather(x, [2, 0], { axis: 2 })],
    gatherElements: o.gatherElements(x, places, { axis: 2 }),
    gatherND: o.gatherND(x, tuples),
    scatterElements: o.scatterElements(x, places, o.gatherElements(x, places, { axis: 2 }), { axis: 2, reduction: 'add' }),
    scatterND: o.scatterND(square, tuples, o.gatherND(square, tuples), { reduction: 'add' }),
    slice: o.slice(x, [1, -1], [END, -END], [1, 2], [1, -2]),
    trilu: o.trilu(x, 1),
    oneHot: o.oneHot(indices, 3),
    nonZero: o.nonZero(x),
    range: o.range(2, 9, 3),
    constantOfShape: o.constantOfShape([2, 3], 1.5),
    pad: o.pad(x, [1, 0, 2, 1], -1, [1, 2]),
    constant: o.constant({ dtype: 'int64', shape: [2], data: BigInt64Array.of(3n, -4n) }),
    scalar: o.scalar(3, 'int64'),
    integers: o.integers([5, 6]),
    floats: o.floats([1, 2, 3, 4], [2, 2]),
    apply: o.apply('Hardmax', [x])[0]!,
  };
}

function shapes<T>(o: Ops<T>, { x, image }: Values<T>): Results<T> {
  return {
    transpose: [o.transpose(x, [2, 0, 1]), o.transpose(x)],
    reshape: o.reshape(x, [0, 2, -1]),
    flatten: o.flatten(x, { axis: 2 }),
    squeeze: o.squeeze(o.unsqueeze(x, [0])),
    unsqueeze: o.unsqueeze(x, [0, -1]),
    concat: o.concat([x, x], { axis: 1 }),
    split: [...o.split(x, [1, 2], { axis: 1 }), ...o.split(x, 2, { axis: 2 })],
    expand: o.expand(x, [2, 1, 1, 1]),
    tile: o.tile(x, [1, 2, 1]),
    shape: o.shape(x, { start: 1 }),
    dimension: [o.dimension(x, 1), o.dimension(x, -1), o.dimension(x, -2)],
    size: o.size(x),
    depthToSpace: o.depthToSpace(image, { blocksize: 2 }),
    spaceToDepth: o.spaceToDepth(image, { blocksize: 2 }),
    resize: o.resize(image, null, [1, 4, 3, 9], { mode: 'linear' }),
    scan: scanned(o, x),
  };
}

function scanned<T>(o: Ops<T>, x: T): readonly T[] {
  const step = ([sum]: readonly T[], [row]: readonly T[]) => {
    const next = o.add(sum!, o.mul(row!, 2));
    return { carried: [next], results: [o.tanh(next)] };
  };
  const { carried, results } = o.scan(step, [o.constantOfShape([3, 4])], [x]);
  return [...carried, ...results];
}

function program<T>(o: Ops<T>, values: Values<T>): Results<T> {
  return {
    ...elementwise(o, values),
    ...logic(o, values),
    ...linear(o, values),
    ...reductions(o, values),
    ...selections(o, values),
    ...shapes(o, values),
  };
}

/** The outputs as one list, `name.n` for several. */
function named<T>(results: Results<T>): [string, T][] {
  return Object.entries(results).flatMap(([name, value]): [string, T][] =>
    Array.isArray(value) ? value.map((one, n): [string, T] => [`${name}.${n}`, one]) : [[name, value as T]],
  );
}

const ALL: Readonly<Record<string, Tensor>> = { ...FEEDS, ...INTEGERS };

function run<T>(interpreter: Interpreter<T>, value: (name: string, tensor: Tensor) => T): [string, T][] {
  const values = Object.fromEntries(Object.entries(ALL).map(([name, tensor]) => [name, value(name, tensor)])) as Values<T>;
  return named(program(operators(interpreter), values));
}

test('the program uses every method', () => {
  const used = Object.keys(program(operators(reference), ALL as Values<Tensor>));
  assert.deepEqual(used.sort(), Object.keys(operators(reference)).sort());
});

test('reference and the emitted graph in onnxruntime-web give the same', async () => {
  const computed = new Map(run(reference, (_, tensor) => tensor));
  const writer = emit();
  const written = run(writer, (name, { dtype, shape }) => writer.input(`in/${name}`, dtype, shape));
  for (const [name, value] of written) writer.output(name, value, computed.get(name)!.dtype);
  const session = await ort.InferenceSession.create(writeModel(writer.model()));
  const feeds = Object.fromEntries(
    Object.entries(ALL).map(([name, t]) => [`in/${name}`, new ort.Tensor(t.dtype as 'float32', t.data as Float32Array, t.shape)]),
  );
  const results = await session.run(feeds);
  for (const [name, { dtype, shape, data }] of computed) {
    const theirs = results[name]!;
    assert.equal(theirs.type, dtype satisfies DType, `${name}: dtype`);
    assert.deepEqual([...theirs.dims], [...shape], `${name}: shape`);
    assertClose(data, theirs.data as Float32Array, dtype === 'float32' ? { rtol: 2e-5, atol: 2e-6 } : { rtol: 0, atol: 0 }, name, shape);
  }
});
