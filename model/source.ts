/**
 * Bytes in ranges. Model files are never read whole: whoever can read (the page by `Range` requests, Node by file handles,
 * the extension host by its file system) offers this interface, and `model/` asks for the ranges that it needs.
 */
import type { HeadlightError } from './errors.ts';

export interface ByteSource {
  /** What an error message calls it: the path inside the model's folder. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /**
   * Bytes `[offset, offset + length)`.
   * @throws {HeadlightError} `read` or `not-found`; `limit` when the range leaves the file
   */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export interface FileEntry {
  /** Path inside the folder, with `/`. */
  readonly path: string;
  /** Length in bytes. */
  readonly size: number;
}

/** The folder that a model lives in. */
export interface ModelFolder {
  readonly files: readonly FileEntry[];
  /** @throws {HeadlightError} `not-found` for a path that is not among `files`, `path` for one that would leave the folder */
  open(path: string): ByteSource;
}

export type { HeadlightError };
