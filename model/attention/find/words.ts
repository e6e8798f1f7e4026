/** Where a node lies, in words for people. */

import { modulePath, moduleWords } from '../../onnx/module-path.ts';
import type { onnx } from '../../onnx/proto.js';
import type { SiteKind } from '../../protocol/engine.ts';

const KIND: Readonly<Record<SiteKind, string>> = {
  self: 'self-attention',
  encoder: 'encoder · self-attention',
  decoder: 'decoder · self-attention',
  cross: 'cross-attention',
  vision: 'vision · self-attention',
  text: 'text · self-attention',
};

/** The name of a node; one without a name is called after its output. */
export function nodeName(node: onnx.NodeProto): string {
  return node.name || node.output.find(Boolean) || node.opType;
}

/** The module that holds a node, or the node itself where the file does not tell. */
export function moduleOf(node: onnx.NodeProto): string {
  const words = moduleWords(modulePath(node));
  return words || `node ${nodeName(node)}`;
}

/** `encoder · self-attention · layer 3 (bert · encoder · layer 2 · attention)`: layers count from 1, the module as the file counts. */
export function siteWords(kind: SiteKind, layer: number, node: onnx.NodeProto): string {
  const path = moduleWords(modulePath(node));
  return `${KIND[kind]} · layer ${layer + 1}${path ? ` (${path})` : ''}`;
}
