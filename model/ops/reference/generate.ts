/** Operators that make tensors from little: Constant, ConstantOfShape, Range, EyeLike; and Dropout, which in inference passes on. */
import { allocate, sizeOf, type Tensor } from '../../tensor.ts';
import { tensorOf } from '../operators/constants.ts';
import {
  asNumbers,
  type Call,
  dtypeAttribute,
  failure,
  type Inputs,
  integersOf,
  type Kernels,
  need,
  newNumbers,
  number,
  numbers,
  resultFrom,
  tensorAttribute,
} from './kernel.ts';

function constant(_: Inputs, call: Call): Tensor[] {
  const value = tensorAttribute(call, 'value');
  if (value) return [value];
  for (const [name, dtype] of [
    ['value_float', 'float32'],
    ['value_int', 'int64'],
  ] as const) {
    if (name in call.attributes) return [tensorOf([number(call, name, 0)], dtype, [])];
    const list = numbers(call, `${name}s`);
    if (list) return [tensorOf(list, dtype)];
  }
  throw failure(call, 'unsupported', `the value is a ${Object.keys(call.attributes).join(', ')}; known are tensors, floats and integers.`);
}

function constantOfShape(inputs: Inputs, call: Call): Tensor[] {
  const shape = integersOf(need(inputs, 0, call))!;
  const value = tensorAttribute(call, 'value') ?? tensorOf([0], 'float32');
  const data = allocate(value.dtype, sizeOf(shape));
  return [{ dtype: value.dtype, shape, data: data.fill(value.data[0] as never) }];
}

function range(inputs: Inputs, call: Call): Tensor[] {
  const { dtype } = need(inputs, 0, call);
  const [start, limit, delta] = [0, 1, 2].map((n) => Number(need(inputs, n, call).data[0])) as [number, number, number];
  if (delta === 0) throw failure(call, 'shape', 'the step is 0.');
  const length = Math.max(0, Math.ceil((limit - start) / delta));
  return [
    resultFrom(
      dtype,
      [length],
      Float64Array.from({ length }, (_, n) => start + n * delta),
    ),
  ];
}

/** The identity matrix of the input's size; `k` moves the diagonal up. */
function eyeLike(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const dtype = dtypeAttribute(call, 'dtype') ?? x.dtype;
  const columns = x.shape[1]!;
  const k = number(call, 'k', 0);
  const ones = Float64Array.from({ length: x.data.length }, (_, n) => (n % columns === Math.floor(n / columns) + k ? 1 : 0));
  return [resultFrom(dtype, x.shape, ones)];
}

/** Nothing is dropped outside training: the mask is all true. Training with a ratio is random and refused. */
function dropout(inputs: Inputs, call: Call): Tensor[] {
  const x = need(inputs, 0, call);
  const training = inputs[2] ? Number(inputs[2].data[0]) !== 0 : false;
  const ratio = inputs[1] ? asNumbers(inputs[1].data)[0]! : number(call, 'ratio', 0.5);
  if (training && ratio !== 0) throw failure(call, 'unsupported', 'training mode drops elements at random.');
  return [x, { dtype: 'bool', shape: x.shape, data: newNumbers('bool', x.data.length).fill(1) }];
}

export const generators: Kernels = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
  EyeLike: eyeLike,
  Dropout: dropout,
};
