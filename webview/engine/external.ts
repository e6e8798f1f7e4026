/** Where a graph's weights lie. */
import type { onnx } from '../../model/onnx/proto.js';
import { isExternal } from '../../model/onnx/tensors.ts';
import { tensorsOf } from '../../model/onnx/tensors-of.ts';

interface External {
  readonly files: readonly string[];
  /** Bytes of all external tensors. */
  readonly size: number;
}

export function externalOf(model: onnx.ModelProto): External {
  const files = new Set<string>();
  let size = 0;
  for (const { tensor } of tensorsOf(model)) {
    if (!isExternal(tensor)) continue;
    const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
    files.add(entries.get('location') ?? '');
    size += Number(entries.get('length') ?? 0);
  }
  return { files: [...files], size };
}
