/** A matrix that the reader thread computes while it is read, as a row of the tensor list: so its picture is any tensor's. */

import type { TensorRow } from '../../../model/protocol/explorer.ts';
import { sizeOf } from '../../../model/tensor.ts';

export function madeRow(name: string, shape: readonly number[]): TensorRow {
  const values = sizeOf(shape);
  return { name, shape, values, dtype: 'float32', bytes: values * 4, file: '', part: [name], tokenAxis: null, unpacked: null };
}
