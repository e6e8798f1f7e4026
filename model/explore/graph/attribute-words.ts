/** Attributes of a node in words. */
import { typeName } from '../../onnx/dtypes.ts';
import { onnx } from '../../onnx/proto.js';
import { shapeOf } from '../../onnx/tensors.ts';
import { fromUtf8 } from '../../text/utf8.ts';

const { AttributeType } = onnx.AttributeProto;
/** Longer lists are cut. */
const MANY = 12;

const list = (values: readonly (number | bigint | string)[]) =>
  `[${values.slice(0, MANY).join(', ')}${values.length > MANY ? `, … ${values.length} in all` : ''}]`;

export function attributeWords({ attribute }: onnx.NodeProto): [string, string][] {
  return attribute.map((one) => [one.name, words(one)]);
}

function words({ type, f, i, s, t, floats, ints, strings }: onnx.AttributeProto): string {
  switch (type) {
    case AttributeType.FLOAT:
      return String(Number(f.toPrecision(7)));
    case AttributeType.INT:
      return String(i);
    case AttributeType.STRING:
      return fromUtf8([...s.subarray(0, 200)]);
    case AttributeType.TENSOR:
      return t ? `${typeName(t.dataType)} [${shapeOf(t).join(', ')}]` : 'a tensor';
    case AttributeType.FLOATS:
      return list(floats.map((value) => Number(value.toPrecision(7))));
    case AttributeType.INTS:
      return list(ints.map(String));
    case AttributeType.STRINGS:
      return list(strings.slice(0, MANY + 1).map((text) => fromUtf8([...text.subarray(0, 80)])));
    case AttributeType.GRAPH:
    case AttributeType.GRAPHS:
      return 'a graph of its own';
    default:
      return '…';
  }
}
