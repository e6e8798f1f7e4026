/**
 * ONNX messages to bytes and back, with 64-bit integers kept exact: a number within ±2^53, a bigint beyond
 * (the end of a Slice is often INT64_MAX). protobufjs by itself would give `Long` objects or rounded numbers.
 * Source: protobuf encoding guide, "Base 128 varints".
 */
import protobuf from 'protobufjs/minimal.js';
import { HeadlightError } from '../errors.ts';
import { type Int64, onnx } from './proto.js';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** A number where that is exact, else the bigint itself. */
export function int64(value: bigint): Int64 {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** An Int64 as a number; beyond ±2^53 the nearest one, which is what a clamped Slice end or a bound needs. */
export function int(value: Int64): number {
  return Number(value);
}

type Varints = { int64(): Int64; uint64(): Int64 };

class ExactReader extends (protobuf.Reader as unknown as new (bytes: Uint8Array) => protobuf.Reader) {
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.pos >= this.len) throw new RangeError('a varint ends after its field');
      const byte = this.buf[this.pos++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new RangeError('varint longer than 10 bytes');
  }
}

/** Most varints have one or two bytes: those never become a bigint. */
function short(reader: ExactReader): number | undefined {
  const first = reader.buf[reader.pos]!;
  if (reader.pos < reader.len && first < 128) {
    reader.pos++;
    return first;
  }
  const second = reader.buf[reader.pos + 1]!;
  if (reader.pos + 1 >= reader.len || second >= 128) return undefined;
  reader.pos += 2;
  return (first & 127) | (second << 7);
}

const readers: Varints & ThisType<ExactReader> = {
  int64() {
    return short(this) ?? int64(BigInt.asIntN(64, this.varint()));
  },
  uint64() {
    return short(this) ?? int64(BigInt.asUintN(64, this.varint()));
  },
};
Object.assign(ExactReader.prototype, readers);

class ExactWriter extends (protobuf.Writer as unknown as new () => protobuf.Writer) {
  varint(value: Int64): this {
    if (typeof value === 'number' && value >= 0 && value <= 0x7fffffff) return this.uint32(value) as this;
    let rest = BigInt.asUintN(64, clamped(value));
    const bytes: number[] = [];
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    bytes.push(Number(rest));
    return this.raw(Uint8Array.from(bytes)) as this;
  }
  varints(values: readonly Int64[]): this {
    this.fork();
    for (const value of values) this.varint(value);
    return this.ldelim() as this;
  }
}

/** 2^63 as a number stands for INT64_MAX: there is no double between. */
function clamped(value: Int64): bigint {
  if (typeof value === 'bigint') return value;
  const whole = BigInt(Math.trunc(value));
  return whole > INT64_MAX ? INT64_MAX : whole < INT64_MIN ? INT64_MIN : whole;
}

const { varint, varints } = ExactWriter.prototype;
Object.assign(ExactWriter.prototype, { int64: varint, uint64: varint, int64s: varints, uint64s: varints });

/**
 * A ModelProto from its bytes.
 * @throws HeadlightError `format` when the bytes are not a ModelProto.
 */
export function decodeModel(bytes: Uint8Array, name: string): onnx.ModelProto {
  try {
    return onnx.ModelProto.decode(new ExactReader(bytes));
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new HeadlightError('format', `${name} is not a valid ONNX file: ${words}.`, { cause });
  }
}

/** The bytes of a model: what `InferenceSession.create` takes. External data stays where it is. */
export function writeModel(model: onnx.ModelProto): Uint8Array {
  return onnx.ModelProto.encode(model, new ExactWriter()).finish();
}

/** A deep copy; the bytes of raw data are shared with nothing. */
export function copyModel(model: onnx.ModelProto): onnx.ModelProto {
  return onnx.ModelProto.decode(new ExactReader(writeModel(model)));
}

/** A deep copy of one node. */
export function copyNode(node: onnx.NodeProto): onnx.NodeProto {
  return onnx.NodeProto.decode(new ExactReader(onnx.NodeProto.encode(node, new ExactWriter()).finish()));
}
