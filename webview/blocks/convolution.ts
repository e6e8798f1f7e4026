/** The numbers of the convolution's page: the block on one picture of one channel, and the window of each step. */
import { convolution } from '../../model/blocks/convolution.ts';
import { HeadlightError } from '../../model/errors.ts';
import { benchOf, type Numbers, rowsOf, values } from './compute.ts';
import type { BlockState } from './frame.tsx';
import { textsOf } from './typed.ts';

/** The lecture's picture with a diagonal, and the filter that finds it. */
export const START: BlockState = {
  tables: {
    input: textsOf([
      [1, 0, 0, 0, 0, 1],
      [0, 1, 0, 0, 1, 0],
      [0, 0, 1, 1, 0, 0],
      [1, 0, 0, 0, 1, 0],
      [0, 1, 0, 0, 1, 0],
      [0, 0, 1, 0, 1, 0],
    ]),
    kernel: textsOf([
      [1, -1, -1],
      [-1, 1, -1],
      [-1, -1, 1],
    ]),
    bias: [['0']],
  },
  options: { stride: '1', padding: '0' },
  step: 0,
};

export interface Slid {
  readonly input: Numbers;
  readonly kernel: Numbers;
  readonly bias: number;
  readonly stride: number;
  readonly padding: number;
  readonly output: Numbers;
}

/** @throws HeadlightError `shape` for a kernel that finds no room */
export function slide(tables: Readonly<Record<string, Numbers>>, options: Readonly<Record<string, string>>): Slid {
  const { input, kernel, bias } = tables as Readonly<Record<'input' | 'kernel' | 'bias', Numbers>>;
  const [stride, padding] = [Number(options.stride), Number(options.padding)];
  const [h, w, kh, kw] = [input.length, input[0]!.length, kernel.length, kernel[0]!.length];
  if (kh > h + 2 * padding || kw > w + 2 * padding) {
    const sizes = `${kh} × ${kw} is larger than the input with its padding, ${h + 2 * padding} × ${w + 2 * padding}`;
    throw new HeadlightError('shape', `A kernel of ${sizes}: make it smaller, or the input larger.`);
  }
  const { module } = benchOf({ weight: values(kernel, [1, 1, kh, kw]), bias: values(bias, [1]) });
  const settings = { in: 1, out: 1, kernel: [kh, kw], stride: [stride, stride], padding: [padding, padding] };
  const output = rowsOf(convolution(module, values(input, [1, 1, h, w]), settings));
  return { input, kernel, bias: bias[0]![0]!, stride, padding, output };
}

/** What lies under the window of a step. */
export interface Window {
  /** Of the output. */
  readonly row: number;
  readonly column: number;
  /** First row and column under the window, counted with the padding. */
  readonly top: number;
  readonly left: number;
  /** As the kernel lies; zeros from the padding. */
  readonly under: Numbers;
}

export function windowOf({ input, kernel, stride, padding, output }: Slid, step: number): Window {
  const [row, column] = [Math.floor(step / output[0]!.length), step % output[0]!.length];
  const [top, left] = [row * stride, column * stride];
  const under = kernel.map((cells, i) => cells.map((_, j) => input[top + i - padding]?.[left + j - padding] ?? 0));
  return { row, column, top, left, under };
}
