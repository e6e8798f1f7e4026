/** A picture file as pixel values. */
import { readFileSync } from 'node:fs';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { HeadlightError } from '../../model/errors.ts';
import type { OpenResult } from '../../model/protocol/engine.ts';
import type { OpenFolder } from './folder.ts';
import type { Input } from './input.ts';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4], 0 to 255. */
  readonly rgba: Uint8Array;
}

/** @throws HeadlightError `not-found`, `format` */
export function readPicture(path: string): Picture {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch (cause) {
    throw new HeadlightError('not-found', `${path} cannot be read.`, { cause });
  }
  const decode = file[0] === 0x89 ? decodePng : file[0] === 0xff && file[1] === 0xd8 ? decodeJpeg : null;
  if (!decode) throw new HeadlightError('format', `${path} is neither a PNG nor a JPEG file.`);
  try {
    return decode(file);
  } catch (cause) {
    throw new HeadlightError('format', `${path} is a broken picture (${cause instanceof Error ? cause.message : String(cause)}).`, {
      cause,
    });
  }
}

function decodePng(file: Buffer): Picture {
  const { width, height, data } = PNG.sync.read(file);
  return { width, height, rgba: new Uint8Array(data) };
}

function decodeJpeg(file: Buffer): Picture {
  const { width, height, data } = jpeg.decode(file, { useTArray: true });
  return { width, height, rgba: data };
}

/** Pixel values as the model's `preprocessor_config.json` says. */
export async function prepareImage(path: string, folder: OpenFolder, _opened: OpenResult): Promise<Input> {
  readPicture(path);
  throw new HeadlightError('unsupported', `Pictures cannot be prepared for ${folder.model.name} yet: give pixel values with --inputs.`);
}
