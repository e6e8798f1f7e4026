/** A source of known bytes that counts its reads, for the sources that stand before it. */
import type { ByteSource } from '../../../model/source.ts';

export interface Counting extends ByteSource {
  /** Offset and length of every read. */
  readonly reads: [number, number][];
  /** Reads that wait: each settles when it is called. */
  readonly held: (() => void)[];
}

/** @param hold keeps reads waiting until the test lets them go */
export function counting(size: number, hold = false): Counting {
  const reads: [number, number][] = [];
  const held: (() => void)[] = [];
  return {
    name: 'bytes',
    size,
    reads,
    held,
    async read(offset, length) {
      reads.push([offset, length]);
      if (offset + length > size) throw new Error('outside');
      if (hold) await new Promise<void>((resolve) => held.push(resolve));
      return expected(offset, length);
    },
  };
}

export const expected = (offset: number, length: number) => Uint8Array.from({ length }, (_, i) => ((offset + i) * 7) % 251);
