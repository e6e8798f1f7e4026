/**
 * A position in a file that is read in blocks: small ones after a jump over weights, growing ones where the walk goes on straight.
 * Nothing is read that lies beyond the field at hand by more than a block.
 */
import { HeadlightError } from '../errors.ts';
import type { ByteSource } from '../source.ts';

const SMALLEST_BLOCK = 16 * 1024;
const LARGEST_BLOCK = 1024 * 1024;

export class Cursor {
  /** Next byte, counted from the start of the file. */
  position = 0;
  /** Bytes that were asked for so far. */
  bytesRead = 0;
  private block: Uint8Array = new Uint8Array(0);
  private blockStart = 0;
  private nextSize = SMALLEST_BLOCK;

  constructor(readonly source: ByteSource) {}

  /** True when the next `length` bytes lie in the block at hand. */
  has(length: number): boolean {
    return this.position >= this.blockStart && this.position + length <= this.blockStart + this.block.length;
  }

  /** Gets a block that holds the next `length` bytes, or as many of them as the file has. */
  async fill(length: number): Promise<void> {
    const left = this.source.size - this.position;
    const straight = this.position <= this.blockStart + this.block.length && this.position >= this.blockStart;
    this.nextSize = straight ? Math.min(this.nextSize * 2, LARGEST_BLOCK) : SMALLEST_BLOCK;
    const size = Math.min(left, Math.max(length, this.nextSize));
    this.block = await this.source.read(this.position, size);
    this.blockStart = this.position;
    this.bytesRead += size;
    if (this.block.length < size) throw this.malformed(`it ended after ${this.position + this.block.length} bytes while it was read`);
  }

  /** The next `length` bytes, which must have been made ready; the position moves behind them. Valid until the next `fill`. */
  take(length: number): Uint8Array {
    const start = this.position - this.blockStart;
    this.position += length;
    return this.block.subarray(start, start + length);
  }

  /**
   * A varint that must end before `end`; needs up to ten bytes made ready.
   * @throws HeadlightError `format` when it is longer than ten bytes or cut
   */
  varint(end: number): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.position >= end) throw this.malformed(`it is truncated: a number is cut at byte ${end}`);
      const byte = this.block[this.position++ - this.blockStart]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw this.malformed(`a varint is longer than 10 bytes at byte ${this.position - 10}`);
  }

  /** A varint as a number; tags, lengths and types are short, so most cost one comparison. */
  number(end: number): number {
    const byte = this.block[this.position - this.blockStart];
    if (byte !== undefined && byte < 128 && this.position < end) {
      this.position++;
      return byte;
    }
    return Number(this.varint(end));
  }

  /** The lower 32 bits of a varint. */
  bits32(end: number): number {
    const byte = this.block[this.position - this.blockStart];
    if (byte !== undefined && byte < 128 && this.position < end) {
      this.position++;
      return byte;
    }
    return Number(BigInt.asIntN(32, this.varint(end)));
  }

  malformed(what: string): HeadlightError {
    return new HeadlightError('format', `${this.source.name} is not a valid ONNX file: ${what}. Download or export it again.`);
  }
}
