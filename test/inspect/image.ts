/** A picture file as pixel values. */
import { readFileSync } from 'node:fs';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { HeadlightError } from '../../model/errors.ts';
import { exifOrientation, imageSettings, type Picture, preprocess, upright } from '../../model/image/index.ts';
import { imageTokens } from '../../model/image/tokens.ts';
import { readProcessor } from '../../model/processor.ts';
import { tensor } from '../../model/tensor.ts';
import type { OpenFolder } from './folder.ts';
import type { Input } from './input.ts';
import { readModelFile } from './json.ts';

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
    return upright(decode(file), exifOrientation(file));
  } catch (cause) {
    throw new HeadlightError('format', `${path} is a broken picture (${cause instanceof Error ? cause.message : String(cause)}).`, {
      cause,
    });
  }
}

function decodePng(file: Buffer): Picture {
  const { width, height, data } = PNG.sync.read(file);
  return { width, height, data: new Uint8Array(data) };
}

function decodeJpeg(file: Buffer): Picture {
  const { width, height, data } = jpeg.decode(file, { useTArray: true });
  return { width, height, data };
}

/**
 * Pixel values as the model's `preprocessor_config.json` says, and what each position of the sequence is.
 * @throws HeadlightError `unsupported` for a model that does not say how pictures are prepared
 */
export async function prepareImage(path: string, folder: OpenFolder): Promise<Input> {
  const picture = readPicture(path);
  const settings = await readProcessor((name) => readModelFile(folder, name), 'image_processor');
  if (settings === null) {
    const where = folder.model.entry || folder.model.name;
    throw new HeadlightError(
      'unsupported',
      `There is no preprocessor_config.json beside ${where}: put it there, or give pixel values with --inputs.`,
    );
  }
  const config = (await readModelFile(folder, 'config.json')) as ModelConfig | null;
  const { values, shape, geometry } = preprocess(picture, imageSettings(settings), { channels: config?.num_channels === 1 ? 1 : 3 });
  const patches = config && ('patch_size' in config || 'vision_config' in config) ? imageTokens(config, geometry) : null;
  const { rows, columns } = patches?.grid ?? { rows: 0, columns: 0 };
  const specialTokens = (patches?.tokens.length ?? 0) - rows * columns;
  return {
    params: { pixelValues: tensor('float32', shape, values) },
    report: { image: { width: picture.width, height: picture.height, patchRows: rows, patchColumns: columns, specialTokens } },
  };
}

interface ModelConfig {
  readonly num_channels?: unknown;
  readonly patch_size?: unknown;
  readonly vision_config?: unknown;
}
