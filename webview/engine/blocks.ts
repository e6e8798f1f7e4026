/**
 * Fewer, larger reads: a source that keeps the last blocks it read. Every read of the page costs a message and a request, and a graph
 * has hundreds of small initializers that lie side by side in their file.
 */
import type { ByteSource } from '../../model/source.ts';

export interface BlockOptions {
  /** Bytes read at once for small reads. */
  readonly block?: number;
  /** Longest single read; longer ranges are put together from pieces. The webview's server gives up on ranges of gigabytes. */
  readonly piece?: number;
  /** Blocks kept. */
  readonly keep?: number;
}

const MB = 2 ** 20;

export function blockSource(source: ByteSource, { block = MB, piece = 64 * MB, keep = 2 }: BlockOptions = {}): ByteSource {
  const blocks = new Map<number, Promise<Uint8Array>>();

  function blockAt(index: number): Promise<Uint8Array> {
    const known = blocks.get(index);
    if (known) {
      blocks.delete(index);
      blocks.set(index, known);
      return known;
    }
    const start = index * block;
    const read = source.read(start, Math.min(block, source.size - start));
    read.catch(() => blocks.delete(index));
    blocks.set(index, read);
    if (blocks.size > keep) blocks.delete(blocks.keys().next().value!);
    return read;
  }

  async function small(offset: number, length: number): Promise<Uint8Array> {
    const first = Math.floor(offset / block);
    const start = offset - first * block;
    const head = await blockAt(first);
    if (start + length <= head.length) return head.slice(start, start + length);
    const bytes = new Uint8Array(length);
    bytes.set(head.subarray(start));
    const rest = await blockAt(first + 1);
    bytes.set(rest.subarray(0, length - (head.length - start)), head.length - start);
    return bytes;
  }

  async function large(offset: number, length: number): Promise<Uint8Array> {
    if (length <= piece) return source.read(offset, length);
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += piece) bytes.set(await source.read(offset + at, Math.min(piece, length - at)), at);
    return bytes;
  }

  return {
    name: source.name,
    size: source.size,
    // Ranges that leave the file go to the source, which has the words for it.
    read: (offset, length) =>
      length < block && length > 0 && offset >= 0 && offset + length <= source.size ? small(offset, length) : large(offset, length),
  };
}
