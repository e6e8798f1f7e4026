/**
 * A ModelProto without its weights: walks the protobuf wire format of a file by ranges and writes the same message again, in which every
 * large tensor's bytes have become external data of the file itself (`location`, `offset`, `length`). The bytes are never read.
 *
 * Re-pointed: `raw_data`, packed `float_data` and `double_data` (little-endian in place, like raw data). Large packed `int32_data`,
 * `int64_data` and `uint64_data` are varints and stay inline. Training info is left out: nothing here trains.
 *
 * Source: protobuf encoding guide; onnx.proto; ONNX external data format.
 */
import { HeadlightError } from '../errors.ts';
import type { ByteSource } from '../source.ts';
import { Cursor } from './cursor.ts';
import { Output } from './output.ts';

/** Tensors up to this many bytes stay inline: shapes, scales, small tables that a reader of the graph wants to look at. */
export const INLINE_LIMIT = 4096;
/** Stands for the file itself in `external_data`; no file can be called so. */
export const SELF = '\u0001';
/** Subgraphs within subgraphs; a reader of protobuf messages stops at 100 of them, four for each level. */
export const DEPTH_LIMIT = 24;
/** Nodes, attributes and tensors of one file. */
export const MESSAGE_LIMIT = 1_000_000;
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

/** A range of the file that stays there. */
interface Moved {
  readonly offset: number;
  readonly length: number;
}

/** Fields of TensorProto whose bytes are little-endian values in place, with their names. */
const TENSOR_DATA: Readonly<Record<number, string>> = { 4: 'float_data', 9: 'raw_data', 10: 'double_data' };
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

  constructor(private readonly source: ByteSource) {
    this.cursor = new Cursor(source);
  }

  /** One message up to `end`, field by field. */
  async message(kind: Kind, end: number, depth: number): Promise<void> {
    this.count(depth);
    const { cursor } = this;
    const moved: Moved[] | null = kind === 'tensor' ? [] : null;
    while (cursor.position < end) {
      const head = Math.min(20, end - cursor.position);
      if (!cursor.has(head)) await cursor.fill(head);
      const tag = cursor.number(end);
      const field = Math.floor(tag / 8);
      if (field < 1 || tag > 0xffffffff) throw cursor.malformed(`there is no field ${field} (byte ${cursor.position})`);
      if (tag % 8 !== 2) this.scalar(tag, end);
      else await this.delimited(kind, field, this.length(end), depth, moved);
    }
    if (moved?.[0]) this.repoint(moved[0]);
  }

  /** A field of fixed or varint size, copied as it is. */
  private scalar(tag: number, end: number): void {
    const { cursor, output } = this;
    const wireType = tag % 8;
    output.varint(tag);
    if (wireType === 0) {
      const start = cursor.position;
      cursor.varint(end);
      const size = cursor.position - start;
      cursor.position = start;
      output.copy(cursor.take(size));
    } else if (wireType === 1 || wireType === 5) {
      const size = wireType === 1 ? 8 : 4;
      if (cursor.position + size > end) throw this.truncated(BigInt(size), end);
      output.copy(cursor.take(size));
    } else throw cursor.malformed(`a field has the unknown kind ${wireType} at byte ${cursor.position}`);
  }

  private length(end: number): number {
    const length = this.cursor.varint(end);
    if (length > BigInt(end - this.cursor.position)) throw this.truncated(length, end);
    return Number(length);
  }

  private async delimited(kind: Kind, field: number, length: number, depth: number, moved: Moved[] | null): Promise<void> {
    const { cursor, output } = this;
    const end = cursor.position + length;
    const nested = NESTED[kind][field];
    if (nested) {
      const start = output.open(field);
      await this.message(nested, end, nested === 'graph' ? depth + 1 : depth);
      output.close(start);
    } else if (kind === 'model' && field === TRAINING_INFO) cursor.position = end;
    else if (moved && field in TENSOR_DATA && length > INLINE_LIMIT) {
      if (moved.length > 0) throw cursor.malformed(`a tensor has its ${TENSOR_DATA[field]} in two pieces at byte ${cursor.position}`);
      moved.push({ offset: cursor.position, length });
      cursor.position = end;
    } else await this.copy(field, length);
  }

  /** Says where the bytes are; written last, because the last value of a field holds. */
  private repoint({ offset, length }: Moved): void {
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
