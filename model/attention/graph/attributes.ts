/** Attributes of a node by name, with the default that the operator's specification gives. */
import type { onnx } from '../../onnx/proto.js';

type Node = onnx.NodeProto;

function find(node: Node, name: string): onnx.AttributeProto | undefined {
  return node.attribute.find((a) => a.name === name);
}

export function hasAttribute(node: Node, name: string): boolean {
  return find(node, name) !== undefined;
}

export function intAttribute(node: Node, name: string): number | undefined;
export function intAttribute(node: Node, name: string, otherwise: number): number;
export function intAttribute(node: Node, name: string, otherwise?: number): number | undefined {
  const found = find(node, name);
  return found ? Number(found.i) : otherwise;
}

export function floatAttribute(node: Node, name: string): number | undefined;
export function floatAttribute(node: Node, name: string, otherwise: number): number;
export function floatAttribute(node: Node, name: string, otherwise?: number): number | undefined {
  return find(node, name)?.f ?? otherwise;
}

export function intsAttribute(node: Node, name: string): number[] | undefined {
  return find(node, name)?.ints.map(Number);
}

/** Attribute strings of operators are ASCII. */
export function stringAttribute(node: Node, name: string): string | undefined {
  const found = find(node, name);
  return found ? String.fromCharCode(...found.s) : undefined;
}

export function tensorAttribute(node: Node, name: string): onnx.TensorProto | undefined {
  return find(node, name)?.t ?? undefined;
}

/** The graphs inside a node: If's branches, the body of Loop or Scan. */
export function graphsOf(node: Node): onnx.GraphProto[] {
  return node.attribute.flatMap((a) => (a.g ? [a.g, ...a.graphs] : a.graphs));
}
