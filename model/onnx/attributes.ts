/** Attributes of a node. */
import { fromUtf8 } from '../text/utf8.ts';
import type { onnx } from './proto.js';
import { int } from './wire.ts';

export function attributeOf(node: onnx.NodeProto, name: string): onnx.AttributeProto | undefined {
  return node.attribute.find((attribute) => attribute.name === name);
}

/** An integer attribute; beyond ±2^53 the nearest number. */
export function intOf(node: onnx.NodeProto, name: string, otherwise: number): number {
  const attribute = attributeOf(node, name);
  return attribute ? int(attribute.i) : otherwise;
}

export function intsOf(node: onnx.NodeProto, name: string): number[] | null {
  return attributeOf(node, name)?.ints.map(int) ?? null;
}

export function textOf(node: onnx.NodeProto, name: string): string | null {
  const attribute = attributeOf(node, name);
  return attribute ? fromUtf8([...attribute.s]) : null;
}

/** Bodies of If, Loop and Scan, with the attribute that holds them. */
export function subgraphsOf(node: onnx.NodeProto): { readonly name: string; readonly graph: onnx.GraphProto }[] {
  return node.attribute.flatMap(({ name, g, graphs }) => [...(g ? [g] : []), ...graphs].map((graph) => ({ name, graph })));
}

/** ONNX's own domain has two names. */
export function domainOf(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** `Softmax`, or `com.microsoft::Attention`. */
export function operatorOf(node: onnx.NodeProto): string {
  const domain = domainOf(node.domain);
  return domain ? `${domain}::${node.opType}` : node.opType;
}

/** What a sentence calls a node: its name, or its operator and first output. */
export function nodeName(node: onnx.NodeProto): string {
  return node.name || `${operatorOf(node)} → ${node.output[0] ?? ''}`;
}
