/**
 * Where in the model a node lies, as the exporter knew it: `bert / encoder / layer 0 / attention / self`.
 *
 * Sources (RUNTIME C.2): TorchScript and the model builder write paths as node names (`/bert/encoder/layer.0/attention/self/Softmax`), the
 * dynamo exporter writes the scopes of the module tree into metadata (`pkg.torch.onnx.name_scopes`), TensorFlow writes names with slashes.
 */
import type { onnx } from './proto.js';

/**
 * Module names from the outermost in, without the operator itself; empty when the file does not tell.
 */
export function modulePath(node: onnx.NodeProto): readonly string[] {
  const scopes = fromScopes(node);
  if (scopes) return scopes;
  const path = node.name.includes('/') ? node.name : (node.output.find((name) => name.includes('/')) ?? '');
  return path.replace(/^\//, '').split('/').slice(0, -1).filter(Boolean);
}

/** The path for people: `encoder · layer 0 · attention`. Numbers of layers stay as the file counts them. */
export function moduleWords(path: readonly string[]): string {
  return path.map((name) => name.replaceAll(/[._](\d+)/g, ' $1').replaceAll('_', ' ')).join(' · ');
}

/** `['', 'm', 'm.encoder', 'm.encoder.layer.0', 'softmax']`: each scope repeats the one around it; the last is the operator. */
function fromScopes(node: onnx.NodeProto): string[] | null {
  const text = node.metadataProps.find(({ key }) => key === 'pkg.torch.onnx.name_scopes')?.value;
  if (!text) return null;
  const scopes = [...text.matchAll(/'([^']*)'|"([^"]*)"/g)].map((match) => match[1] ?? match[2] ?? '').slice(0, -1);
  const path: string[] = [];
  let around = '';
  for (const scope of scopes.filter(Boolean)) {
    path.push(around && scope.startsWith(`${around}.`) ? scope.slice(around.length + 1) : scope);
    around = scope;
  }
  return path.length > 0 ? path : null;
}
