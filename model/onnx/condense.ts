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
export const FIELD_LIMIT = 5_000_000;
/** Bytes of `dims`: no tensor has hundreds of dimensions. */
const DIMS_LIMIT = 1024;
/** Share of a file that 64-bit varints may take: each may become eight bytes, and no file may cost more than four times its size. */
const VARINT_SHARE = 3 / 8;
/** Bytes of 64-bit varints that never matter. */
const VARINT_FLOOR = 128 * 1024;
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

/** A message that is being walked through. */
interface Frame {
  readonly kind: Kind;
  /** First byte behind it. */
  readonly end: number;
  /** Graphs around it. */
  readonly depth: number;
  /** Where its copy starts, for `Output.close`. */
  readonly start: number;
  /** Of a tensor: its data type as far as known, and the range of the file that stays there. */
  type: number;
  moved: { readonly offset: number; readonly length: number } | null;
}

/**
 * Reads the skeleton of a model file.
 * External data of the file itself has the location `SELF`, whatever the file is called.
 * @throws HeadlightError `format` (truncated, not protobuf), `limit` (nested too deep, too large)
 */
export async function condense(source: ByteSource): Promise<Condensed> {
  const walk = new Walk(source);
  await walk.run();
  return { bytes: walk.output.finish(), bytesRead: walk.cursor.bytesRead };
}

/** The walk has its own stack: one loop, which waits only where the block at hand ends. */
class Walk {
  readonly cursor: Cursor;
  readonly output = new Output();
  private readonly frames: Frame[] = [];
  private messages = 0;
  private fields = 0;
  private varintBytes = 0;

  constructor(private readonly source: ByteSource) {
    this.cursor = new Cursor(source);
  }

  async run(): Promise<void> {
    const { cursor, frames } = this;
    this.enter('model', this.source.size, 0, 0);
    for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
      if (cursor.position >= frame.end) {
        this.leave();
        continue;
      }
      const head = Math.min(20, frame.end - cursor.position);
      if (!cursor.has(head)) await cursor.fill(head);
      const rest = this.field(frame);
      if (rest) await rest;
    }
  }

  private enter(kind: Kind, end: number, depth: number, start: number): void {
    if (depth > DEPTH_LIMIT) throw this.limit(`nests subgraphs deeper than ${DEPTH_LIMIT}`);
    if (++this.messages > MESSAGE_LIMIT) throw this.limit(`has more than ${MESSAGE_LIMIT} nodes, attributes and tensors`);
    this.frames.push({ kind, end, depth, start, type: 0, moved: null });
  }

  private leave(): void {
    const { moved, start } = this.frames.pop()!;
    if (moved) this.repoint(moved.offset, moved.length);
    if (start > 0) this.output.close(start);
  }

  /** One field; a promise when its bytes have to be waited for. */
  private field(frame: Frame): Promise<void> | null {
    const { cursor } = this;
    const tag = cursor.number(frame.end);
    const field = Math.floor(tag / 8);
    if (field < 1 || tag > 0xffffffff) throw cursor.malformed(`there is no field ${field} (byte ${cursor.position})`);
    if (++this.fields > FIELD_LIMIT) throw this.limit(`has more than ${FIELD_LIMIT} fields`);
    if (tag % 8 === 2) return this.delimited(frame, field, this.length(frame.end));
    const value = this.scalar(tag, frame.end);
    if (frame.kind === 'tensor' && field === DATA_TYPE) frame.type = value;
    return null;
  }

  /** A field of fixed or varint size, copied as it is. Returns the value of a varint. */
  private scalar(tag: number, end: number): number {
    const { cursor, output } = this;
    const wireType = tag % 8;
    output.varint(tag);
    if (wireType === 0) {
      const start = cursor.position;
      const value = cursor.number(end);
      const size = cursor.position - start;
      cursor.position = start;
      output.copy(cursor.take(size));
      return value;
    }
    if (wireType !== 1 && wireType !== 5) throw cursor.malformed(`a field has the unknown kind ${wireType} at byte ${cursor.position}`);
    const size = wireType === 1 ? 8 : 4;
    if (cursor.position + size > end) throw this.truncated(BigInt(size), end);
    output.copy(cursor.take(size));
    return 0;
  }

  private length(end: number): number {
    const start = this.cursor.position;
    const length = this.cursor.number(end);
    if (length <= end - this.cursor.position) return length;
    const after = this.cursor.position;
    this.cursor.position = start;
    const exact = this.cursor.varint(end);
    this.cursor.position = after;
    throw this.truncated(exact, end);
  }

  private delimited(frame: Frame, field: number, length: number): Promise<void> | null {
    const { cursor, output } = this;
    const nested = NESTED[frame.kind][field];
    if (nested) {
      this.enter(nested, cursor.position + length, nested === 'graph' ? frame.depth + 1 : frame.depth, output.open(field));
      return null;
    }
    if (frame.kind === 'model' && field === TRAINING_INFO) {
      cursor.position += length;
      return null;
    }
    if (frame.kind === 'tensor') {
      if (field === DIMS && length > DIMS_LIMIT) throw cursor.malformed(`a tensor has more than ${DIMS_LIMIT} dimensions`);
      if (length > INLINE_LIMIT) return this.data(frame, field, length);
    }
    return this.copy(field, length);
  }

  private copy(field: number, length: number): Promise<void> | null {
    const { cursor, output } = this;
    if (output.size + length > SKELETON_LIMIT) throw this.limit(`has more than ${SKELETON_LIMIT / 2 ** 20} MB beside its weights`);
    output.tag(field, 2);
    output.varint(length);
    if (!cursor.has(length)) return this.copyBlocks(length);
    output.copy(cursor.take(length));
    return null;
  }

  private async copyBlocks(length: number): Promise<void> {
    const { cursor, output } = this;
    for (let left = length; left > 0; ) {
      const size = Math.min(left, 64 * 1024);
      if (!cursor.has(size)) await cursor.fill(size);
      output.copy(cursor.take(size));
      left -= size;
    }
  }

  /** A large field of a tensor. */
  private data(frame: Frame, field: number, length: number): Promise<void> | null {
    const { cursor } = this;
    if (field in TENSOR_DATA) {
      if (frame.moved) throw cursor.malformed(`a tensor has its ${TENSOR_DATA[field]} in two pieces at byte ${cursor.position}`);
      frame.moved = { offset: cursor.position, length };
      cursor.position += length;
      return null;
    }
    if (VARINTS_64.has(field)) {
      this.varintBytes += length;
      if (this.varintBytes > Math.max(VARINT_FLOOR, this.source.size * VARINT_SHARE))
        throw this.limit('holds most of its data as 64-bit varints');
    }
    const bits = field === INT32_DATA ? (elementType(frame.type)?.bits ?? 0) : 0;
    return bits < 8 || bits > 32 ? this.copy(field, length) : this.narrow(length, bits / 8);
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
  private repoint(offset: number, length: number): void {
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

  private truncated(length: bigint, end: number): HeadlightError {
    const left = end - this.cursor.position;
    const where = `a field at byte ${this.cursor.position} says ${length} bytes and only ${left} are left`;
    return new HeadlightError('format', `${this.source.name} is truncated: ${where}. Download or export it again.`);
  }

  private limit(what: string): HeadlightError {
    return new HeadlightError('limit', `${this.source.name} ${what}: refused, no model needs that.`);
  }
}
