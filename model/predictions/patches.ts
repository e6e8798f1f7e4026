/**
 * Patches of a picture covered with one colour: what goes into a run that asks what they did.
 *
 * Source: Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", 4.2 (occlusion; a grey square there).
 */
import { HeadlightError } from '../errors.ts';
import { type Tensor, tensor } from '../tensor.ts';

/**
 * `mean`: the mean colour of the picture as the model gets it. `own`: the mean colour of the very patches, so that only their detail goes.
 * `zero`: the numbers 0, which with a normalising preprocessor stand for the mean colour of the pictures it was made for.
 */
export type CoverColour = 'mean' | 'own' | 'zero';

/** How a picture is cut into patches, from its upper left corner. */
export interface PatchSizes {
  readonly rows: number;
  readonly columns: number;
  /** Of a patch, in pixels of the model's input. */
  readonly width: number;
  readonly height: number;
}

export interface Cover {
  readonly how: 'cover';
  readonly colour: CoverColour;
  readonly grid: PatchSizes;
}

/** Squares of `edge` × `edge` patches, row by row; smaller ones at the right and lower edge. Patches count row-major. */
export function patchSquares({ rows, columns }: Pick<PatchSizes, 'rows' | 'columns'>, edge: number): number[][] {
  const squares: number[][] = [];
  for (let top = 0; top < rows; top += edge) {
    for (let left = 0; left < columns; left += edge) {
      const patches: number[] = [];
      for (let row = top; row < Math.min(top + edge, rows); row++) {
        for (let column = left; column < Math.min(left + edge, columns); column++) patches.push(row * columns + column);
      }
      squares.push(patches);
    }
  }
  return squares;
}

/**
 * @param pixels [1, C, height, width]
 * @param patches row-major
 * @returns a copy in which they have one colour, channel by channel
 * @throws HeadlightError `shape` for pixels that the patches do not lie in
 */
export function covered(pixels: Tensor, patches: readonly number[], { colour, grid }: Cover): Tensor {
  const [, channels = 0, height = 0, width = 0] = pixels.shape;
  if (pixels.shape.length !== 4 || grid.rows * grid.height > height || grid.columns * grid.width > width) {
    const words = `${grid.rows} × ${grid.columns} patches of ${grid.height} × ${grid.width} pixels`;
    throw new HeadlightError('shape', `Pixels [${pixels.shape.join(', ')}] have no ${words}.`);
  }
  const data = Float32Array.from(pixels.data as Float32Array);
  const places = patches.flatMap((patch) => pixelsOf(patch, grid, width));
  for (let c = 0; c < channels; c++) {
    const channel = data.subarray(c * height * width, (c + 1) * height * width);
    const value = colour === 'zero' ? 0 : colour === 'mean' ? meanOf(channel) : meanOf(places.map((place) => channel[place]!));
    for (const place of places) channel[place] = value;
  }
  return tensor('float32', pixels.shape, data);
}

function pixelsOf(patch: number, { columns, width, height }: PatchSizes, across: number): number[] {
  const [top, left] = [Math.floor(patch / columns) * height, (patch % columns) * width];
  return Array.from({ length: width * height }, (_, i) => (top + Math.floor(i / width)) * across + left + (i % width));
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return values.length === 0 ? 0 : sum / values.length;
}
