/** Attributes of nodes as ONNX files hold them. */
import protobuf from 'protobufjs/minimal.js';
import { onnx } from '../onnx/proto.js';
import { tensorProto } from '../onnx/tensors.ts';
import type { Tensor } from '../tensor.ts';
import type { Attribute, GraphAttribute } from './ops.ts';

/**
 * Attributes that are floats by their operators' definitions. A file says for each attribute whether it is an integer or a float; a
 * number alone cannot (`alpha: 1`). Source: the operator schemas of ai.onnx 1–25 and com.microsoft 1.
 */
const FLOAT_ATTRIBUTES = new Set(
  (
    'alpha activation_alpha activation_beta beta bias clip cubic_coeff_a epsilon extrapolation_value gamma lambd mask_filter_value max mean ' +
    'min momentum norm_epsilon qk_norm_epsilon ratio scale softcap spatial_scale threshold value_float value_floats'
  ).split(' '),
);

const { FLOAT, INT, STRING, TENSOR, GRAPH, FLOATS, INTS, STRINGS } = onnx.AttributeProto.AttributeType;

function utf8(text: string): Uint8Array {
  const bytes = new Uint8Array(protobuf.util.utf8.length(text));
  protobuf.util.utf8.write(text, bytes, 0);
  return bytes;
}

function isText(value: readonly unknown[]): value is readonly string[] {
  return typeof value[0] === 'string';
}

function isFloat(name: string, values: readonly number[]): boolean {
  return FLOAT_ATTRIBUTES.has(name) || values.some((v) => !Number.isInteger(v));
}

function isList(value: Attribute): value is readonly number[] | readonly string[] {
  return Array.isArray(value);
}

function listAttribute(name: string, value: readonly number[] | readonly string[]): Partial<onnx.AttributeProto> {
  if (isText(value)) return { type: STRINGS, strings: value.map(utf8) };
  return isFloat(name, value) ? { type: FLOATS, floats: [...value] } : { type: INTS, ints: [...value] };
}

function content(name: string, value: Attribute): Partial<onnx.AttributeProto> {
  if (typeof value === 'number') return isFloat(name, [value]) ? { type: FLOAT, f: value } : { type: INT, i: value };
  if (typeof value === 'string') return { type: STRING, s: utf8(value) };
  if (isList(value)) return listAttribute(name, value);
  if ('graph' in value) return { type: GRAPH, g: (value as GraphAttribute).graph as onnx.GraphProto };
  return { type: TENSOR, t: tensorProto('', value) };
}

/** An attribute as an AttributeProto. */
export function attributeProto(name: string, value: Attribute): onnx.AttributeProto {
  return onnx.AttributeProto.create({ name, ...content(name, value) });
}

/** The attributes of a node that was read from a file; bodies of If, Loop and Scan as `{ graph }`. */
export function readAttributes(node: onnx.NodeProto, tensorOf: (proto: onnx.TensorProto) => Tensor): Record<string, Attribute> {
  return Object.fromEntries(
    node.attribute.flatMap((a) => {
      const value = read(a, tensorOf);
      return value === null ? [] : [[a.name, value]];
    }),
  );
}

const text = (bytes: Uint8Array): string => protobuf.util.utf8.read(bytes, 0, bytes.length);

function read(a: onnx.AttributeProto, tensorOf: (proto: onnx.TensorProto) => Tensor): Attribute | null {
  switch (a.type) {
    case FLOAT:
      return a.f;
    case INT:
      return Number(a.i);
    case STRING:
      return text(a.s);
    case TENSOR:
      return a.t ? tensorOf(a.t) : null;
    case GRAPH:
      return a.g ? { graph: a.g } : null;
    case FLOATS:
      return a.floats;
    case INTS:
      return a.ints.map(Number);
    case STRINGS:
      return a.strings.map(text);
    default:
      return null;
  }
}
