/**
 * The header of a safetensors file: which tensors it holds and where their bytes lie.
 *
 *     8 bytes, little-endian: N      N bytes: JSON      the rest: data, every byte of which belongs to exactly one tensor
 *
 * Two ranges are read, eight bytes and the header; the data is never touched. Nothing in the header is believed: sizes, offsets and
 * types are checked against each other and against the length of the file.
 *
 * Source: safetensors' format description and the checks of its own reader (`SafeTensors::read_metadata`).
 */
import { HeadlightError } from '../errors.ts';
import type { ByteSource } from '../source.ts';
import { bitsOf } from './dtypes.ts';
import { parseObject } from './json.ts';

/** Longest header that is read, in bytes: the format's own limit. */
export const HEADER_LIMIT = 100_000_000;

/** A tensor before anybody needs its numbers: a range of a file. */
export interface TensorPlace {
  readonly name: string;
  /** As the file says: `F32`, `BF16`, … */
  readonly stored: string;
  readonly shape: readonly number[];
  /** Path of the file inside the model's folder. */
  readonly file: string;
  /** First byte, counted from the start of the file. */
  readonly offset: number;
  /** Length in bytes. */
  readonly length: number;
}

export interface Header {
  /** By name, in the order of the data. */
  readonly tensors: ReadonlyMap<string, TensorPlace>;
  /** `__metadata__`: free text by key. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads the header of one safetensors file.
 * @throws HeadlightError `empty`, `limit` (header above 100 MB), `format` with a sentence that names the tensor and the values
 */
export async function readHeader(source: ByteSource): Promise<Header> {
  const length = await readHeaderLength(source);
  const entries = parseHeader(source.name, await source.read(8, length));
  const metadata = metadataOf(source.name, entries.get('__metadata__'));
  entries.delete('__metadata__');
  const start = 8 + length;
  const places = [...entries].map(([name, entry]) => placeOf(source.name, name, entry, source.size - start));
  places.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(source.name, places, source.size - start);
  const tensors = new Map<string, TensorPlace>();
  for (const { name, stored, shape, begin, end } of places) {
    tensors.set(name, { name, stored, shape, file: source.name, offset: start + begin, length: end - begin });
  }
  return { tensors, metadata };
}

async function readHeaderLength(source: ByteSource): Promise<number> {
  if (source.size === 0) throw new HeadlightError('empty', `${source.name}: the file is empty.`);
  if (source.size < 8) throw new HeadlightError('format', `${source.name}: the file is too short for a header (${source.size} bytes).`);
  const bytes = await source.read(0, 8);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(HEADER_LIMIT)) {
    throw new HeadlightError(
      'limit',
      `${source.name}: the header is larger than 100 MB (it says ${length} bytes); refused before reading.`,
    );
  }
  if (8 + Number(length) > source.size) {
    throw new HeadlightError(
      'format',
      `${source.name}: the header says ${length} bytes, the file has fewer (${source.size - 8} after the length).`,
    );
  }
  return Number(length);
}

function parseHeader(file: string, bytes: Uint8Array): Map<string, unknown> {
  const { object, repeated } = parseObject(`${file}: the header`, bytes);
  if (repeated !== null) throw new HeadlightError('format', `${file}: tensor ${repeated} is listed twice.`);
  return new Map(Object.entries(object));
}

interface Span {
  readonly name: string;
  readonly stored: string;
  readonly shape: readonly number[];
  /** Bytes `[begin, end)` of the data section. */
  readonly begin: number;
  readonly end: number;
}

function placeOf(file: string, name: string, entry: unknown, dataLength: number): Span {
  const fail = (what: string): never => {
    throw new HeadlightError('format', `${file}: ${what}.`);
  };
  if (typeof entry !== 'object' || entry === null) return fail(`tensor ${name} is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
  const bits = typeof dtype === 'string' ? bitsOf(dtype) : null;
  if (typeof dtype !== 'string' || bits === null) return fail(`tensor ${name} has unknown dtype ${String(dtype)}`);
  if (!Array.isArray(shape)) return fail(`tensor ${name} has no shape`);
  for (const length of shape) if (!isCount(length)) return fail(`tensor ${name}: ${String(length)} in its shape is not a length`);
  if (!Array.isArray(offsets) || offsets.length !== 2) return fail(`tensor ${name} has no pair of offsets`);
  for (const offset of offsets) checkOffset(name, offset, fail);
  const [begin, end] = offsets as [number, number];
  if (end < begin) return fail(`tensor ${name} ends before it starts (offsets ${begin} and ${end})`);
  if (end > dataLength) return fail(`tensor ${name} ends at byte ${end}, the data has ${dataLength}`);
  const bytes = ((shape as number[]).reduce((product, length) => product * length, 1) * bits) / 8;
  if (bytes !== end - begin) {
    return fail(`tensor ${name}: shape ${shape.join('×')} of ${dtype} needs ${bytes} bytes, its offsets give ${end - begin}`);
  }
  return { name, stored: dtype, shape, begin, end };
}

function checkOffset(name: string, offset: unknown, fail: (what: string) => never): void {
  if (typeof offset !== 'number') fail(`tensor ${name}: offset ${String(offset)} is not a number`);
  else if (!Number.isInteger(offset)) fail(`tensor ${name}: offset ${offset} is not a whole number`);
  else if (!isCount(offset)) fail(`tensor ${name}: offset ${String(offset).replace('-', '−')} is not a byte position`);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Every byte of the data belongs to exactly one tensor. `spans` are sorted by their start. */
function checkCoverage(file: string, spans: readonly Span[], dataLength: number): void {
  let covered = 0;
  let previous = '';
  for (const { name, begin, end } of spans) {
    if (begin < covered) throw new HeadlightError('format', `${file}: tensors ${previous} and ${name} overlap.`);
    if (begin > covered) throw new HeadlightError('format', `${file}: bytes ${covered} to ${begin} belong to no tensor.`);
    covered = end;
    previous = name;
  }
  if (covered < dataLength) throw new HeadlightError('format', `${file}: bytes ${covered} to ${dataLength} belong to no tensor.`);
}

function metadataOf(file: string, metadata: unknown): Record<string, string> {
  if (metadata === undefined) return {};
  if (typeof metadata !== 'object' || metadata === null) throw new HeadlightError('format', `${file}: __metadata__ is not an object.`);
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') throw new HeadlightError('format', `${file}: __metadata__.${key} is not text.`);
  }
  return metadata as Record<string, string>;
}
