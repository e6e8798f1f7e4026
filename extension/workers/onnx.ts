/** A thread that reads ONNX graphs for the side panel: the reader is large and a graph may be, so neither is in the extension host's way. */

import { typeName } from '../../model/onnx/dtypes.ts';
import { readSkeleton } from '../../model/onnx/skeleton.ts';
import { shapeOf } from '../../model/onnx/tensors.ts';
import { tensorsOf } from '../../model/onnx/tensors-of.ts';
import { localFolder } from '../files/local.ts';
import { serveCalls } from '../serve-calls.ts';
import type { OnnxCall, TensorRow } from '../views/tensors.ts';

async function handle({ root, files, path }: OnnxCall): Promise<TensorRow[]> {
  const { model } = await readSkeleton(localFolder(root, files), path);
  return [...tensorsOf(model)].map(({ tensor, name }) => ({
    name,
    path,
    detail: `${typeName(tensor.dataType)} ${shapeOf(tensor).join(' × ')}`.trim(),
  }));
}

serveCalls(handle, 'format', 'The graph cannot be read');
