/**
 * Weights files as onnxruntime-web takes them: `externalData: [{ path, data }]`.
 *
 * The JSPI build pulls each initializer once, when it needs it, through `blob.slice(from, to).stream()`: a Blob whose slices read ranges
 * means that no weights file is ever whole in memory (RUNTIME B.4). Other builds want the bytes at once, or, where reading can be
 * synchronous (Node), an array whose `subarray` reads.
 */
import { HeadlightError } from '../../model/errors.ts';
import type { ByteSource, ModelFolder } from '../../model/source.ts';
import { Ahead, type Range } from './ahead.ts';
import { assertWanted, type CancelSignal } from './queue.ts';

/** A source that can also be read at once, as file handles of Node can. */
export interface SyncByteSource extends ByteSource {
  /** @param into filled from its start, when it is given and long enough */
  readSync(offset: number, length: number, into?: Uint8Array): Uint8Array;
}

export interface ExternalFile {
  readonly path: string;
  readonly data: Blob | Uint8Array;
}

/** Called with the number of bytes that have just been read. */
export type OnRead = (bytes: number) => void;

/** Bytes of one chunk of a stream. */
const CHUNK = 16 * 2 ** 20;

/** A Blob of a file's size whose slices are streamed from the source. */
export class LazyBlob extends Blob {
  constructor(
    private readonly source: Ahead,
    private readonly onRead: OnRead,
    private readonly signal: CancelSignal | undefined,
    private readonly onError: (error: unknown) => void,
  ) {
    super();
  }

  override get size(): number {
    return this.source.size;
  }

  override slice(start = 0, end = this.size): Blob {
    const stream = () => this.range(start, end);
    return { size: end - start, stream } as Blob;
  }

  // A plain stream: the runtime asks for a byte reader first and takes an ordinary one where it gets none.
  private range(start: number, end: number): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = start;
    return new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: async (controller) => {
        if (at >= end) return controller.close();
        try {
          assertWanted(this.signal);
          const to = this.source.boundary(at, Math.min(at + CHUNK, end));
          const bytes = await this.source.read(at, to - at);
          at = to;
          this.onRead(bytes.length);
          controller.enqueue(bytes as Uint8Array<ArrayBuffer>);
        } catch (error) {
          this.onError(error);
          controller.error(error);
        }
      },
    });
  }
}

/** Stands for a whole file; what the runtime looks at is read then. */
class LazyBytes extends Uint8Array {
  /** The runtime copies at once what it gets: one buffer serves all reads. */
  private buffered = new Uint8Array(0);

  constructor(
    private readonly source: SyncByteSource,
    private readonly onRead: OnRead,
    private readonly onError: (error: unknown) => void,
  ) {
    super(0);
  }

  override get byteLength(): number {
    return this.source.size;
  }

  override subarray(start = 0, end = this.byteLength): Uint8Array<ArrayBuffer> {
    try {
      if (this.buffered.length < end - start) this.buffered = new Uint8Array(end - start);
      const bytes = this.source.readSync(start, end - start, this.buffered);
      this.onRead(bytes.length);
      return bytes as Uint8Array<ArrayBuffer>;
    } catch (error) {
      this.onError(error);
      throw error;
    }
  }
}

export interface WeightFiles {
  readonly files: readonly ExternalFile[];
  /** What reading failed with: the runtime reports such failures as its own, without the reason. */
  failure(): unknown;
  /** Lets go of what was read ahead. */
  release(): void;
}

/**
 * @param weights what the graph takes of each file
 * @param lazy whether the build streams Blobs
 */
export async function weightFiles(
  folder: ModelFolder,
  weights: ReadonlyMap<string, readonly Range[]>,
  lazy: boolean,
  onRead: OnRead,
  signal?: CancelSignal,
): Promise<WeightFiles> {
  let failed: unknown = null;
  const onError = (error: unknown) => {
    failed ??= error;
  };
  const files: ExternalFile[] = [];
  const ahead: Ahead[] = [];
  for (const [path, ranges] of weights) {
    const source = folder.open(path);
    if (lazy) {
      const reading = new Ahead(source, ranges);
      ahead.push(reading);
      files.push({ path, data: new LazyBlob(reading, onRead, signal, onError) });
    } else if (isSync(source)) files.push({ path, data: new LazyBytes(source, onRead, onError) });
    else files.push({ path, data: await whole(source, onRead, signal) });
  }
  for (const reading of ahead) reading.start();
  return { files, failure: () => failed, release: () => ahead.forEach((reading) => void reading.stop()) };
}

function isSync(source: ByteSource): source is SyncByteSource {
  return 'readSync' in source;
}

async function whole(source: ByteSource, onRead: OnRead, signal: CancelSignal | undefined): Promise<Uint8Array> {
  const bytes = wholeArray(source);
  for (let at = 0; at < source.size; at += CHUNK) {
    assertWanted(signal);
    const chunk = await source.read(at, Math.min(CHUNK, source.size - at));
    bytes.set(chunk, at);
    onRead(chunk.length);
  }
  return bytes;
}

function wholeArray(source: ByteSource): Uint8Array {
  try {
    return new Uint8Array(source.size);
  } catch (error) {
    const size = `${Math.round(source.size / 2 ** 20)} MB`;
    throw new HeadlightError('memory', `${source.name} (${size}) does not fit into memory. Use a smaller or quantised model.`, {
      cause: error,
    });
  }
}
