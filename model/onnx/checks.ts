import type { onnx } from './proto.js';
import type { Problem } from './skeleton.ts';

export function checkModel(_path: string, _model: onnx.ModelProto, _opsets: ReadonlyMap<string, number>): Problem[] {
  return [];
}
