/** Which files a model's weights lie in. */
import type { onnx } from './proto.js';
import { isExternal } from './tensors.ts';
import { tensorsOf } from './tensors-of.ts';

/** Paths inside the model's folder: what the runtime must be given as external data. */
export function filesOf(model: onnx.ModelProto): string[] {
  const files = new Set<string>();
  for (const { tensor } of tensorsOf(model)) {
    const location = isExternal(tensor) ? tensor.externalData.find(({ key }) => key === 'location')?.value : undefined;
    if (location) files.add(location);
  }
  return [...files];
}
