/**
 * The reference against onnxruntime-web, node by node: operator sets of older exporters, and options that the standard's cases leave out.
 * rtol 2e-5, atol 2e-6: the runtime sums in float32, with fused multiply-adds, in blocks.
 */
import { test } from 'node:test';
import { tensorOf } from '../../../model/ops/operators/constants.ts';
import { compareWithRuntime, floats, ints, type NodeCase, wave, whole } from './runtime.ts';

const close = { rtol: 2e-5, atol: 2e-6 };
const x = wave([2, 3, 4]);
const image = wave([2, 4, 7, 6]);

const FAMILIES: Readonly<Record<string, readonly NodeCase[]>> = {
  'softmax before opset 13 flattens from its axis': [
    { op: 'Softmax', opset: 11, inputs: [x] },
    { op: 'Softmax', opset: 11, inputs: [x], attributes: { axis: 2 } },
    { op: 'Softmax', opset: 9, inputs: [x], attributes: { axis: 0 } },
    { op: 'LogSoftmax', opset: 11, inputs: [x], attributes: { axis: 1 } },
    { op: 'Hardmax', opset: 11, inputs: [x], attributes: { axis: 1 } },
    { op: 'Softmax', opset: 13, inputs: [x], attributes: { axis: 1 } },
  ],
  'axes, limits and pads as attributes': [
    { op: 'Squeeze', opset: 11, inputs: [wave([1, 3, 1, 2])], attributes: { axes: [0, -2] } },
    { op: 'Squeeze', opset: 11, inputs: [wave([1, 3, 1, 2])] },
    { op: 'Unsqueeze', opset: 11, inputs: [x], attributes: { axes: [0, 3] } },
    { op: 'Split', opset: 11, inputs: [wave([2, 6])], attributes: { axis: 1, split: [1, 2, 3] }, outputs: 3 },
    { op: 'Split', opset: 11, inputs: [wave([2, 6])], attributes: { axis: 1 }, outputs: 3 },
    { op: 'Split', opset: 18, inputs: [wave([7, 2])], attributes: { num_outputs: 3 }, outputs: 3 },
    { op: 'Slice', opset: 9, inputs: [x], attributes: { axes: [1, 2], starts: [1, -3], ends: [1000, -1] } },
    { op: 'Pad', opset: 10, inputs: [x], attributes: { pads: [0, 1, 2, 1, 0, 1], value: 1.5 } },
    { op: 'Pad', opset: 10, inputs: [x], attributes: { pads: [0, 1, 2, 0, 2, 3], mode: 'reflect' } },
    { op: 'Pad', opset: 10, inputs: [x], attributes: { pads: [1, 1, 2, 0, 2, 3], mode: 'edge' } },
    { op: 'Clip', opset: 6, inputs: [x], attributes: { min: -0.25, max: 0.5 } },
    { op: 'Clip', opset: 13, inputs: [x, null, tensorOf([0.25], 'float32', [])] },
    { op: 'Upsample', opset: 9, inputs: [wave([1, 2, 3, 4]), floats(1, 1, 2, 3)] },
    { op: 'Upsample', opset: 9, inputs: [wave([1, 2, 3, 4]), floats(1, 1, 2, 2)], attributes: { mode: 'linear' } },
    { op: 'Resize', opset: 10, inputs: [wave([1, 2, 4, 4]), floats(1, 1, 0.5, 1.5)] },
    { op: 'Resize', opset: 11, inputs: [wave([1, 2, 4, 4]), floats(), floats(1, 1, 2, 1.5)], attributes: { mode: 'linear' } },
    {
      op: 'Resize',
      opset: 13,
      inputs: [wave([1, 3, 4, 5]), null, null, ints(1, 3, 6, 4)],
      attributes: { mode: 'cubic', coordinate_transformation_mode: 'pytorch_half_pixel', cubic_coeff_a: -0.75 },
    },
    { op: 'TopK', opset: 9, inputs: [x], attributes: { k: 2, axis: 1 }, outputs: 2 },
    { op: 'TopK', opset: 11, inputs: [x, ints(3)], attributes: { largest: 0 }, outputs: 2 },
  ],
  reductions: [
    { op: 'ReduceSum', opset: 11, inputs: [x], attributes: { axes: [0, 2], keepdims: 0 } },
    { op: 'ReduceMean', opset: 13, inputs: [x], attributes: { axes: [-1] } },
    { op: 'ReduceL1', opset: 13, inputs: [x], attributes: { axes: [1] } },
    { op: 'ReduceL2', opset: 13, inputs: [x], attributes: { axes: [1], keepdims: 0 } },
    { op: 'ReduceSumSquare', opset: 13, inputs: [x], attributes: { axes: [0, 1] } },
    { op: 'ReduceLogSumExp', opset: 13, inputs: [x], attributes: { axes: [2] } },
    { op: 'ReduceMax', opset: 13, inputs: [whole('int64', [2, 5], -9, 9)], attributes: { axes: [1] } },
    { op: 'ReduceProd', opset: 13, inputs: [whole('int64', [2, 5], -9, 9)], attributes: { axes: [1] } },
    { op: 'ReduceMean', opset: 18, inputs: [x, ints(0, 1)], attributes: { keepdims: 0 } },
    { op: 'ReduceSum', opset: 13, inputs: [x, null], attributes: { noop_with_empty_axes: 1 } },
    { op: 'ArgMin', opset: 13, inputs: [x], attributes: { axis: -1, keepdims: 0 } },
    { op: 'ArgMax', opset: 13, inputs: [whole('int32', [3, 5], 0, 3)], attributes: { axis: 1, select_last_index: 1 } },
    { op: 'CumSum', opset: 14, inputs: [x, tensorOf([1], 'int32', [])], attributes: { exclusive: 1, reverse: 1 } },
    { op: 'GlobalMaxPool', opset: 13, inputs: [image] },
    { op: 'GlobalAveragePool', opset: 13, inputs: [image] },
  ],
  activations: [
    { op: 'Softsign', opset: 13, inputs: [x] },
    { op: 'ThresholdedRelu', opset: 13, inputs: [x], attributes: { alpha: 0.3 } },
    { op: 'Mish', opset: 18, inputs: [x] },
    { op: 'Celu', opset: 13, inputs: [x], attributes: { alpha: 2 } },
    { op: 'Selu', opset: 13, inputs: [x] },
    { op: 'Elu', opset: 13, inputs: [x], attributes: { alpha: 0.7 } },
    { op: 'HardSigmoid', opset: 13, inputs: [wave([20], 3, 6)] },
    { op: 'HardSwish', opset: 14, inputs: [wave([20], 3, 6)] },
    { op: 'PRelu', opset: 16, inputs: [x, wave([3, 1], 4)] },
    { op: 'Gelu', opset: 20, inputs: [wave([50], 3, 5)], attributes: { approximate: 'tanh' } },
    { op: 'Gelu', opset: 20, inputs: [wave([50], 3, 5)] },
    { op: 'Erf', opset: 13, inputs: [wave([200], 3, 4)] },
    { op: 'Atan', opset: 13, inputs: [wave([20], 3, 4)] },
    { op: 'Round', opset: 13, inputs: [floats(0.5, 1.5, 2.5, -0.5, -1.5, 2.4, -2.6)] },
    { op: 'LpNormalization', opset: 13, inputs: [x], attributes: { axis: 1, p: 2 } },
    { op: 'LpNormalization', opset: 13, inputs: [x], attributes: { axis: 2, p: 1 } },
    { op: 'BatchNormalization', opset: 9, inputs: [image, wave([4], 2), wave([4], 3), wave([4], 4), floats(0.5, 1, 1.5, 2)] },
    { op: 'InstanceNormalization', opset: 13, inputs: [image, wave([4], 2), wave([4], 3)] },
  ],
  integers: [
    { op: 'Div', opset: 14, inputs: [whole('int64', [12], -20, 20), tensorOf([3], 'int64', [])] },
    { op: 'Mod', opset: 13, inputs: [whole('int64', [12], -20, 20), tensorOf([-7], 'int64', [])] },
    { op: 'Mod', opset: 13, inputs: [wave([12], 2, 9), tensorOf([2.5], 'float32', [])], attributes: { fmod: 1 } },
    { op: 'Pow', opset: 13, inputs: [whole('int32', [6], -3, 4), tensorOf([3], 'int32', [])] },
    { op: 'Mul', opset: 14, inputs: [whole('int32', [6], 70000, 90000), whole('int32', [6], 70000, 90000, 5)] },
    { op: 'Abs', opset: 13, inputs: [whole('int64', [6], -4, 4)] },
    { op: 'MatMul', opset: 13, inputs: [whole('int64', [2, 3], -4, 4), whole('int64', [3, 5], -4, 4, 2)] },
    { op: 'Cast', opset: 13, inputs: [floats(1.9, -1.9, 300, 2 ** 31)], attributes: { to: 7 } },
    { op: 'Cast', opset: 13, inputs: [whole('int64', [6], 0, 3)], attributes: { to: 9 } },
    { op: 'Range', opset: 13, inputs: [tensorOf([7], 'int64', []), tensorOf([-4], 'int64', []), tensorOf([-3], 'int64', [])] },
    { op: 'EyeLike', opset: 13, inputs: [wave([3, 4])], attributes: { k: 1, dtype: 7 } },
    { op: 'NonZero', opset: 13, inputs: [whole('int64', [3, 4], 0, 2)] },
  ],
  bits: [
    { op: 'BitwiseAnd', opset: 18, inputs: [whole('int64', [2, 3], -9, 90), whole('int64', [3], -9, 90, 3)] },
    { op: 'BitwiseXor', opset: 18, inputs: [whole('int32', [2, 3], -9, 90), whole('int32', [3], -9, 90, 3)] },
    { op: 'BitwiseOr', opset: 18, inputs: [whole('uint8', [2, 3], 0, 250), whole('uint8', [3], 0, 250, 3)] },
    { op: 'BitwiseNot', opset: 18, inputs: [whole('int64', [2, 3], -9, 90)] },
    { op: 'BitShift', opset: 11, inputs: [whole('uint32', [6], 0, 9000), whole('uint32', [6], 0, 9)], attributes: { direction: 'LEFT' } },
    { op: 'BitShift', opset: 11, inputs: [whole('uint64', [6], 0, 9000), whole('uint64', [6], 0, 9)], attributes: { direction: 'RIGHT' } },
  ],
  picking: [
    { op: 'Trilu', domain: 'com.microsoft', opset: 14, inputs: [x], attributes: { upper: 1 } },
    { op: 'Compress', opset: 11, inputs: [x, tensorOf([0, 1, 1], 'bool')], attributes: { axis: 1 } },
    { op: 'Compress', opset: 11, inputs: [x, tensorOf([0, 1, 1, 0, 1], 'bool')] },
    { op: 'ReverseSequence', opset: 10, inputs: [wave([4, 3, 2]), ints(4, 1, 3)] },
    { op: 'Slice', opset: 13, inputs: [x, ints(-1, 3), ints(-1000, 0), ints(1, 2), ints(-2, -1)] },
    { op: 'Slice', opset: 13, inputs: [x, ints(2), ints(2), ints(2)] },
    { op: 'Gather', opset: 13, inputs: [x, whole('int64', [2, 2], -3, 3)], attributes: { axis: 1 } },
    { op: 'GatherElements', opset: 13, inputs: [x, whole('int64', [2, 3, 2], -4, 4)], attributes: { axis: 2 } },
    { op: 'GatherND', opset: 13, inputs: [x, whole('int64', [2, 5, 1], 0, 3)], attributes: { batch_dims: 1 } },
    {
      op: 'ScatterElements',
      opset: 16,
      inputs: [x, whole('int64', [2, 1, 4], -3, 3), wave([2, 1, 4], 9)],
      attributes: { axis: 1, reduction: 'add' },
    },
    {
      op: 'ScatterND',
      opset: 16,
      inputs: [wave([5, 3]), tensorOf([1, 4], 'int64', [2, 1]), wave([2, 3], 5)],
      attributes: { reduction: 'mul' },
    },
    {
      op: 'OneHot',
      opset: 11,
      inputs: [whole('int64', [2, 3], -5, 5), tensorOf([5], 'int64', []), floats(-1, 2)],
      attributes: { axis: 1 },
    },
    { op: 'Tile', opset: 13, inputs: [x, ints(2, 1, 3)] },
    { op: 'Expand', opset: 13, inputs: [wave([3, 1]), ints(2, 1, 4)] },
    { op: 'Where', opset: 16, inputs: [whole('bool', [3, 1], 0, 2), wave([1, 4]), wave([2, 1, 1], 7)] },
    { op: 'Trilu', opset: 14, inputs: [x, tensorOf([-1], 'int64', [])], attributes: { upper: 0 } },
    { op: 'Concat', opset: 13, inputs: [x, wave([2, 5, 4], 3), wave([2, 0, 4])], attributes: { axis: -2 } },
    { op: 'DepthToSpace', opset: 13, inputs: [wave([1, 8, 2, 3])], attributes: { blocksize: 2, mode: 'CRD' } },
    { op: 'Flatten', opset: 13, inputs: [x], attributes: { axis: -1 } },
  ],
  products: [
    { op: 'MatMul', opset: 13, inputs: [wave([2, 1, 5, 7]), wave([3, 7, 6], 3)] },
    { op: 'MatMul', opset: 13, inputs: [wave([7]), wave([3, 7, 6], 3)] },
    { op: 'MatMul', opset: 13, inputs: [wave([2, 5, 7]), wave([7], 3)] },
    { op: 'MatMul', opset: 13, inputs: [wave([37, 131]), wave([131, 29], 3)] },
    {
      op: 'Gemm',
      opset: 13,
      inputs: [wave([7, 5]), wave([6, 7], 2), wave([6], 3)],
      attributes: { transA: 1, transB: 1, alpha: 0.5, beta: 2 },
    },
    { op: 'Gemm', opset: 13, inputs: [wave([5, 7]), wave([7, 6], 2), wave([5, 1], 3)] },
    { op: 'Gemm', opset: 11, inputs: [wave([5, 7]), wave([7, 6], 2)] },
    { op: 'Einsum', opset: 13, inputs: [wave([2, 3, 5, 4]), wave([2, 6, 5, 4], 2)], attributes: { equation: 'bthd,bshd->bhts' } },
    { op: 'Einsum', opset: 13, inputs: [wave([3, 4]), wave([4, 5], 2), wave([5, 2], 3)], attributes: { equation: 'ij,jk,kl' } },
    { op: 'Einsum', opset: 13, inputs: [wave([2, 3, 4]), wave([4, 5], 2)], attributes: { equation: '...i,ij->...j' } },
    { op: 'Einsum', opset: 13, inputs: [wave([4, 4])], attributes: { equation: 'ii->i' } },
  ],
  convolutions: [
    {
      op: 'Conv',
      opset: 13,
      inputs: [image, wave([6, 2, 3, 2], 2), wave([6], 3)],
      attributes: { group: 2, pads: [1, 0, 2, 1], strides: [2, 1], dilations: [1, 2] },
    },
    { op: 'Conv', opset: 13, inputs: [wave([2, 3, 11]), wave([4, 3, 3], 2)], attributes: { auto_pad: 'SAME_LOWER', strides: [2] } },
    { op: 'Conv', opset: 13, inputs: [wave([1, 2, 4, 5, 3]), wave([3, 2, 2, 2, 2], 2)] },
    {
      op: 'ConvTranspose',
      opset: 13,
      inputs: [image, wave([4, 3, 3, 3], 2), wave([6], 3)],
      attributes: { group: 2, strides: [2, 3], pads: [1, 0, 1, 2], dilations: [2, 1], output_padding: [1, 0] },
    },
    {
      op: 'AveragePool',
      opset: 13,
      inputs: [image],
      attributes: { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1], count_include_pad: 1 },
    },
    { op: 'AveragePool', opset: 19, inputs: [image], attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 } },
    {
      op: 'MaxPool',
      opset: 12,
      inputs: [image],
      attributes: { kernel_shape: [2, 3], dilations: [2, 1], strides: [1, 2], pads: [0, 1, 1, 0] },
      outputs: 2,
    },
  ],
  quantised: [
    {
      op: 'QuantizeLinear',
      opset: 13,
      inputs: [wave([3, 4], 2, 300), floats(0.5, 1, 2), tensorOf([3, -4, 5], 'int8')],
      attributes: { axis: 0 },
    },
    {
      op: 'DequantizeLinear',
      opset: 13,
      inputs: [whole('uint8', [3, 4], 0, 256), floats(0.5, 1, 2, 0.1), tensorOf([3, 4, 5, 6], 'uint8')],
      attributes: { axis: 1 },
    },
    { op: 'DynamicQuantizeLinear', opset: 11, inputs: [wave([5, 7], 3, 2)], outputs: 3 },
    {
      op: 'MatMulInteger',
      opset: 10,
      inputs: [
        whole('uint8', [3, 5], 0, 256),
        whole('int8', [5, 4], -128, 128),
        tensorOf([7], 'uint8', []),
        tensorOf([1, -2, 3, 4], 'int8'),
      ],
    },
    {
      op: 'QLinearMatMul',
      opset: 10,
      inputs: [
        whole('uint8', [3, 5], 0, 256),
        floats(0.02),
        tensorOf([100], 'uint8'),
        whole('uint8', [5, 4], 0, 256, 3),
        floats(0.03),
        tensorOf([120], 'uint8'),
        floats(0.1),
        tensorOf([50], 'uint8'),
      ],
    },
    {
      op: 'QLinearConv',
      opset: 10,
      inputs: [
        whole('uint8', [1, 2, 5, 5], 0, 256),
        floats(0.02),
        tensorOf([100], 'uint8'),
        whole('uint8', [3, 2, 3, 3], 0, 256, 3),
        floats(0.03),
        tensorOf([120], 'uint8'),
        floats(0.1),
        tensorOf([50], 'uint8'),
        whole('int32', [3], -400, 400),
      ],
      attributes: { pads: [1, 1, 1, 1] },
    },
  ],
};

/** [directions, gates·D, I], [directions, gates·D, D], [directions, 2·gates·D], lengths, [directions, B, D] */
function layer(gates: number, directions: number, T = 5, B = 3, I = 4, D = 3) {
  return {
    x: wave([T, B, I]),
    w: wave([directions, gates * D, I], 2),
    r: wave([directions, gates * D, D], 3),
    b: wave([directions, 2 * gates * D], 4),
    lengths: tensorOf([5, 2, 4], 'int32'),
    h: wave([directions, B, D], 5),
    c: wave([directions, B, D], 6),
    p: wave([directions, 3 * D], 7),
  };
}

const lstm = layer(4, 2);
const gru = layer(3, 2);
const rnn = layer(1, 1);
const RECURRENT: readonly NodeCase[] = [
  {
    op: 'LSTM',
    opset: 14,
    inputs: [lstm.x, lstm.w, lstm.r, lstm.b, lstm.lengths, lstm.h, lstm.c, lstm.p],
    attributes: { hidden_size: 3, direction: 'bidirectional' },
    outputs: 3,
  },
  {
    op: 'LSTM',
    opset: 14,
    inputs: [lstm.x, layer(4, 1).w, layer(4, 1).r],
    attributes: { hidden_size: 3, direction: 'reverse', clip: 0.3 },
    outputs: 3,
  },
  {
    op: 'GRU',
    opset: 14,
    inputs: [gru.x, gru.w, gru.r, gru.b, gru.lengths, gru.h],
    attributes: { hidden_size: 3, direction: 'bidirectional', linear_before_reset: 1 },
    outputs: 2,
  },
  { op: 'GRU', opset: 14, inputs: [gru.x, gru.w, gru.r, gru.b], attributes: { hidden_size: 3, direction: 'bidirectional' }, outputs: 2 },
  {
    op: 'RNN',
    opset: 14,
    inputs: [rnn.x, rnn.w, rnn.r, rnn.b, null, rnn.h],
    attributes: { hidden_size: 3, activations: ['Relu'] },
    outputs: 2,
  },
];

for (const [family, cases] of Object.entries({ ...FAMILIES, 'recurrent layers': RECURRENT })) {
  test(`${family} as in onnxruntime-web`, async (t) => {
    for (const [n, item] of cases.entries()) {
      await t.test(`${n}: ${item.op}-${item.opset} ${JSON.stringify(item.attributes ?? {})}`, () => compareWithRuntime(item, close));
    }
  });
}
