/**
 * Fewer reads: a source that keeps the last blocks it read. Every read of the page costs a message and a request, and a graph has
 * hundreds of small initializers that lie side by side in their file, and between them large ones that are jumped over.
 */
import type { ByteSource } from '../../model/source.ts';

export interface BlockOptions {
  /** Bytes of a block at a new place. */
  readonly least?: number;
  /** Bytes of a block where reading goes on; ranges at least as long are not kept. */
  readonly most?: number;
  /** Longest single read; longer ranges are put together from pieces. The webview's server gives up on ranges of gigabytes. */
  readonly piece?: number;
  /** Blocks kept. */
  readonly keep?: number;
}

interface Block {
  readonly start: number;
  readonly length: number;
  readonly bytes: Promise<Uint8Array>;
}

const KB = 2 ** 10;
const MB = 2 ** 20;
/** A block that goes on where another ended is this many times as long. */
const GROWTH = 4;

export function blockSource(source: ByteSource, options: BlockOptions = {}): ByteSource {
  const { least = 32 * KB, most = MB, piece = 64 * MB, keep = 2 } = options;
  const blocks: Block[] = [];

  function holding(offset: number, length: number): Block {
    const at = blocks.findIndex(({ start, length: held }) => start <= offset && offset + length <= start + held);
    if (at < 0) return readBlock(offset, length);
    const [block] = blocks.splice(at, 1);
    blocks.push(block!);
    return block!;
  }

  function readBlock(start: number, atLeast: number): Block {
    const before = blocks.find(({ start: from, length }) => from <= start && start <= from + length + least);
    const wanted = before ? Math.min(before.length * GROWTH, most) : least;
    const length = Math.min(Math.max(wanted, atLeast), source.size - start);
    const block = { start, length, bytes: source.read(start, length) };
    blocks.push(block);
    if (blocks.length > keep) blocks.shift();
    block.bytes.catch(() => blocks.splice(blocks.indexOf(block), blocks.includes(block) ? 1 : 0));
    return block;
  }

  async function small(offset: number, length: number): Promise<Uint8Array> {
    const { start, bytes } = holding(offset, length);
    return (await bytes).slice(offset - start, offset - start + length);
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
      length < most && length > 0 && offset >= 0 && offset + length <= source.size ? small(offset, length) : large(offset, length),
  };
}
