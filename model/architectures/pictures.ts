/**
 * What models of pictures have in common: the input, sizes that are one number or two, and what stands on top.
 */

import type { Build, Module } from '../blocks/module.ts';
import type { Extent } from '../blocks/patches.ts';
import { HeadlightError } from '../errors.ts';
import type { Config } from '../safetensors/config.ts';

/**
 * Pixels, float32 [B, C, height, width], preprocessed.
 * @param batch name of the number of pictures, where it is not that of the texts
 */
export function pixelValues<T>(build: Build<T>, channels: number, batch = 'B'): T {
  return build.input({ name: 'pixel_values', dtype: 'float32', shape: [batch, channels, 'height', 'width'], fill: { by: 'user' } });
}

/** A size that configurations give as one number or as [height, width]. @throws HeadlightError `format` for anything else */
export function extentOf(config: Config, name: string, fallback?: number): Extent {
  if (!Array.isArray(config.values[name])) {
    const side = config.count(name, fallback);
    return [side, side];
  }
  const [height, width, ...more] = config.numbers(name);
  if (Number.isSafeInteger(height) && Number.isSafeInteger(width) && more.length === 0) return [height!, width!];
  throw new HeadlightError('format', `${config.where}: ${name} is ${JSON.stringify(config.values[name])}, expected [height, width].`);
}

/** Rows and columns of the patches of a picture. @throws HeadlightError `format` when there are none */
export function gridOf(config: Config, image: Extent, patch: Extent): Extent {
  const grid = image.map((side, axis) => Math.floor(side / patch[axis]!));
  const [rows = 0, columns = 0] = grid;
  if (Number.isFinite(rows) && Number.isFinite(columns) && rows > 0 && columns > 0) return [rows, columns];
  throw new HeadlightError('format', `${config.where}: a picture of ${image.join(' × ')} has no patches of ${patch.join(' × ')}.`);
}

/**
 * Where the base model lies: a file of the base model alone has its tensors at the root.
 * @param tensor one that every such file has, without the prefix
 */
export function baseOf<T>(root: Module<T>, prefix: string, tensor: string): Module<T> {
  return root.has(tensor) ? root : root.at(prefix);
}

/**
 * Declares the outputs of a picture model: of a head, where the configuration names one that is built here and the file has it, else of the
 * base model.
 * @param heads by the end of the class's name: a tensor that the head cannot be without, and what declares its outputs
 */
export function pictureHead<T>(
  root: Module<T>,
  config: Config,
  heads: Readonly<Record<string, { readonly tensor: string; readonly write: () => void }>>,
  base: () => void,
): void {
  const [name = ''] = config.texts('architectures', []);
  const [, ending = null] = /(For[A-Z]\w*)$/.exec(name) ?? [];
  const head = ending !== null && Object.hasOwn(heads, ending) ? heads[ending]! : null;
  if (head !== null && root.has(head.tensor)) {
    head.write();
    return;
  }
  if (head !== null) {
    root.build.warn(
      `The configuration names a head (${name}), but the weights have no ${head.tensor}: the model ends with its hidden states.`,
    );
  } else if (ending !== null) {
    root.build.warn(`The head of ${name} is not built here: the model ends with its hidden states.`);
  }
  base();
}
