/**
 * A ModelProto without its weights: walks the protobuf wire format of a file by ranges and writes the same message again, in which every
 * large tensor's bytes have become external data of the file itself (`location`, `offset`, `length`). The bytes are never read.
 *
 * Re-pointed: `raw_data`, packed `float_data` and `double_data` (little-endian in place, like raw data). Large packed `int32_data`, which
 * is varints, becomes inline `raw_data` of the tensor's own width. Training info is left out: nothing here trains.
 *
 * Source: protobuf encoding guide; onnx.proto; ONNX external data format.
 */
import { HeadlightError } from '../errors.ts';
import type { ByteSource } from '../source.ts';
import { Cursor } from './cursor.ts';
import { elementType } from './dtypes.ts';
import { Output } from './output.ts';

/** Tensors up to this many bytes stay inline: shapes, scales, small tables that a reader of the graph wants to look at. */
export const INLINE_LIMIT = 4096;
/** Stands for the file itself in `external_data`; no file can be called so. */
export const SELF = '\u0001';
/** Subgraphs within subgraphs; a reader of protobuf messages stops at 100 of them, four for each level. */
export const DEPTH_LIMIT = 24;
/** Nodes, attributes and tensors of one file; names, values and other fields with a length. */
export const MESSAGE_LIMIT = 1_000_000;
export const FIELD_LIMIT = 8_000_000;
/** Bytes of `dims`: no tensor has hundreds of dimensions. */
const DIMS_LIMIT = 1024;
/** Share of a file that 64-bit varints may take: each may become eight bytes, and no file may cost more than four times its size. */
const VARINT_SHARE = 3 / 8;
/** Bytes of a file that are not weights. */
export const SKELETON_LIMIT = 256 * 1024 * 1024;

export interface Condensed {
  /** A ModelProto on the wire. */
  readonly bytes: Uint8Array;
  /** How many bytes of the file were read for it. */
  readonly bytesRead: number;
}

type Kind = 'model' | 'graph' | 'node' | 'attribute' | 'function' | 'tensor';

/** Fields that may hold weights somewhere below, by message. */
const NESTED: Readonly<Record<Kind, Readonly<Record<number, Kind>>>> = {
  model: { 7: 'graph', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  tensor: {},
};
const TRAINING_INFO = 20;

/** What is known of a tensor while its fields go by. */
interface TensorState {
  type: number;
  /** The range of the file that stays there. */
  moved: { readonly offset: number; readonly length: number } | null;
}

/** Fields of TensorProto whose bytes are little-endian values in place, with their names. */
const TENSOR_DATA: Readonly<Record<number, string>> = { 4: 'float_data', 9: 'raw_data', 10: 'double_data' };
const DIMS = 1;
const DATA_TYPE = 2;
const INT32_DATA = 5;
const RAW_DATA = 9;
/** `int64_data`, `uint64_data`. */
const VARINTS_64: ReadonlySet<number> = new Set([7, 11]);
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;

/**
 * Reads the skeleton of a model file.
 * @param location how the file is called in external data
 * External data of the file itself has the location `SELF`, whatever the file is called.
 * @throws HeadlightError `format` (truncated, not protobuf), `limit` (nested too deep, too large)
 */
export async function condense(source: ByteSource): Promise<Condensed> {
  const walk = new Walk(source);
  await walk.message('model', source.size, 0);
  return { bytes: walk.output.finish(), bytesRead: walk.cursor.bytesRead };
}

class Walk {
  readonly cursor: Cursor;
  readonly output = new Output();
  private messages = 0;
  private fields = 0;
  private varintBytes = 0;

  constructor(private readonly source: ByteSource) {
    this.cursor = new Cursor(source);
  }

  /** One message up to `end`, field by field. */
  async message(kind: Kind, end: number, depth: number): Promise<void> {
    this.count(depth);
    const { cursor } = this;
    const tensor: TensorState | null = kind === 'tensor' ? { type: 0, moved: null } : null;
    while (cursor.position < end) {
      const head = Math.min(20, end - cursor.position);
      if (!cursor.has(head)) await cursor.fill(head);
      const tag = cursor.number(end);
      const field = Math.floor(tag / 8);
      if (field < 1 || tag > 0xffffffff) throw cursor.malformed(`there is no field ${field} (byte ${cursor.position})`);
      if (tag % 8 === 2) await this.delimited(kind, field, this.length(end), depth, tensor);
      else {
        const value = this.scalar(tag, end);
        if (tensor && field === DATA_TYPE) tensor.type = value;
      }
    }
    if (tensor?.moved) this.repoint(tensor.moved);
  }

  /** A field of fixed or varint size, copied as it is. Returns the value of a varint. */
  private scalar(tag: number, end: number): number {
    const { cursor, output } = this;
    const wireType = tag % 8;
    output.varint(tag);
    if (wireType === 0) {
      const start = cursor.position;
      const value = cursor.varint(end);
      const size = cursor.position - start;
      cursor.position = start;
      output.copy(cursor.take(size));
      return Number(value);
    }
    if (wireType === 1 || wireType === 5) {
      const size = wireType === 1 ? 8 : 4;
      if (cursor.position + size > end) throw this.truncated(BigInt(size), end);
      output.copy(cursor.take(size));
      return 0;
    }
    throw cursor.malformed(`a field has the unknown kind ${wireType} at byte ${cursor.position}`);
  }

  private length(end: number): number {
    const length = this.cursor.varint(end);
    if (length > BigInt(end - this.cursor.position)) throw this.truncated(length, end);
    return Number(length);
  }

  private async delimited(kind: Kind, field: number, length: number, depth: number, tensor: TensorState | null): Promise<void> {
    const { cursor, output } = this;
    const end = cursor.position + length;
    const nested = NESTED[kind][field];
    if (nested) {
      const start = output.open(field);
      await this.message(nested, end, nested === 'graph' ? depth + 1 : depth);
      output.close(start);
    } else if (kind === 'model' && field === TRAINING_INFO) cursor.position = end;
    else if (!tensor || !(await this.tensorField(tensor, field, length))) await this.copy(field, length);
    if (++this.fields > FIELD_LIMIT) throw this.limit(`has more than ${FIELD_LIMIT} fields`);
  }

  /** Data of a tensor that is too large to be copied as it stands; false for what is not. */
  private async tensorField(tensor: TensorState, field: number, length: number): Promise<boolean> {
    const { cursor } = this;
    if (field === DIMS && length > DIMS_LIMIT) throw cursor.malformed(`a tensor has more than ${DIMS_LIMIT} dimensions`);
    if (length <= INLINE_LIMIT) return false;
    if (field in TENSOR_DATA) {
      if (tensor.moved) throw cursor.malformed(`a tensor has its ${TENSOR_DATA[field]} in two pieces at byte ${cursor.position}`);
      tensor.moved = { offset: cursor.position, length };
      cursor.position += length;
      return true;
    }
    if (VARINTS_64.has(field)) {
      this.varintBytes += length;
      if (this.varintBytes > this.source.size * VARINT_SHARE) throw this.limit('holds most of its data as 64-bit varints');
    }
    const bits = field === INT32_DATA ? (elementType(tensor.type)?.bits ?? 0) : 0;
    if (bits < 8 || bits > 32) return false;
    await this.narrow(length, bits / 8);
    return true;
  }

  /** Packed varints of `int32_data` as raw data of `width` bytes each. */
  private async narrow(length: number, width: number): Promise<void> {
    const { cursor, output } = this;
    const end = cursor.position + length;
    const start = output.open(RAW_DATA);
    const value = new Uint8Array(width);
    while (cursor.position < end) {
      const head = Math.min(10, end - cursor.position);
      if (!cursor.has(head)) await cursor.fill(head);
      let bits = cursor.bits32(end);
      for (let i = 0; i < width; i++, bits >>>= 8) value[i] = bits & 255;
      output.copy(value);
    }
    output.close(start);
  }

  /** Says where the bytes are; written last, because the last value of a field holds. */
  private repoint({ offset, length }: NonNullable<TensorState['moved']>): void {
    const { output } = this;
    for (const [key, value] of Object.entries({ location: SELF, offset, length })) {
      const start = output.open(EXTERNAL_DATA);
      output.text(1, key);
      output.text(2, String(value));
      output.close(start);
    }
    output.tag(DATA_LOCATION, 0);
    output.varint(1);
  }

  private async copy(field: number, length: number): Promise<void> {
    const { cursor, output } = this;
    output.tag(field, 2);
    output.varint(length);
    for (let left = length; left > 0; ) {
      const size = Math.min(left, 64 * 1024);
      if (!cursor.has(size)) await cursor.fill(size);
      output.copy(cursor.take(size));
      left -= size;
      if (output.size > SKELETON_LIMIT) throw this.limit(`has more than ${SKELETON_LIMIT / 2 ** 20} MB beside its weights`);
    }
  }

  private count(depth: number): void {
    if (depth > DEPTH_LIMIT) throw this.limit(`nests subgraphs deeper than ${DEPTH_LIMIT}`);
    if (++this.messages > MESSAGE_LIMIT) throw this.limit(`has more than ${MESSAGE_LIMIT} nodes, attributes and tensors`);
  }

  private truncated(length: bigint, end: number): HeadlightError {
    const left = end - this.cursor.position;
    const where = `a field at byte ${this.cursor.position} says ${length} bytes and only ${left} are left`;
    return new HeadlightError('format', `${this.source.name} is truncated: ${where}. Download or export it again.`);
  }

  private limit(what: string): HeadlightError {
    return new HeadlightError('limit', `${this.source.name} ${what}: refused, no model needs that.`);
  }
}
