/** What operators do, as far as the walk tells them apart. */
import { operatorOf } from '../onnx/attributes.ts';
import type { onnx } from '../onnx/proto.js';

/** `elementwise` works cell by cell, or along the last axis and spread again; `layout` only moves values. */
export type Category = 'linear' | 'convolution' | 'product' | 'norm' | 'softmax' | 'elementwise' | 'layout' | 'opaque';

const LINEAR = [
  'MatMul',
  'Gemm',
  'MatMulInteger',
  'com.microsoft::FusedMatMul',
  'com.microsoft::MatMulNBits',
  'com.microsoft::DynamicQuantizeMatMul',
];
const NORMS = [
  ...['LayerNormalization', 'RMSNormalization', 'SimplifiedLayerNormalization', 'com.microsoft::SimplifiedLayerNormalization'],
  ...['GroupNormalization', 'BatchNormalization', 'InstanceNormalization'],
];
const LAYOUT = [
  ...[
    'Reshape',
    'Transpose',
    'Squeeze',
    'Unsqueeze',
    'Flatten',
    'Identity',
    'Cast',
    'Split',
    'Slice',
    'Expand',
    'Gather',
    'GatherND',
    'Tile',
  ],
  ...['DepthToSpace', 'SpaceToDepth', 'Dropout', 'CastLike'],
];
const ELEMENTWISE = [
  ...[
    'Add',
    'Sub',
    'Mul',
    'Div',
    'Pow',
    'Sqrt',
    'Reciprocal',
    'Neg',
    'Abs',
    'Exp',
    'Log',
    'Erf',
    'Tanh',
    'Sigmoid',
    'Relu',
    'LeakyRelu',
    'Gelu',
  ],
  ...[
    'Elu',
    'Selu',
    'Softplus',
    'Softsign',
    'HardSigmoid',
    'HardSwish',
    'Mish',
    'Clip',
    'Where',
    'Max',
    'Min',
    'Sin',
    'Cos',
    'Softcap',
    'Swish',
  ],
  ...[
    'ReduceMean',
    'ReduceSum',
    'ReduceL2',
    'ReduceMax',
    'ReduceSumSquare',
    'Concat',
    'Mod',
    'Floor',
    'Round',
    'Sign',
    'PRelu',
    'ThresholdedRelu',
  ],
  ...['com.microsoft::Gelu', 'com.microsoft::FastGelu', 'com.microsoft::BiasGelu', 'com.microsoft::QuickGelu', 'DynamicQuantizeLinear'],
  ...['QuantizeLinear', 'DequantizeLinear'],
];
const CATEGORIES = new Map<string, Category>([
  ...LINEAR.map((name) => [name, 'linear'] as const),
  ...NORMS.map((name) => [name, 'norm'] as const),
  ...LAYOUT.map((name) => [name, 'layout'] as const),
  ...ELEMENTWISE.map((name) => [name, 'elementwise'] as const),
  ['Conv', 'convolution'],
  ['Softmax', 'softmax'],
]);

export function categoryOf(node: onnx.NodeProto): Category {
  return CATEGORIES.get(operatorOf(node)) ?? 'opaque';
}
