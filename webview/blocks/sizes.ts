/** The tables of a recurrent page for other lengths: what stands there stays with its gate and its unit, what is new is 0. */
import type { BlockState } from './frame.tsx';
import { type Cell, GATES } from './steps.ts';
import { resized, type Texts } from './typed.ts';

export interface Sizes {
  /** T, steps of the sequence. */
  readonly steps: number;
  /** E, of what goes in. */
  readonly width: number;
  /** D, of the state. */
  readonly units: number;
}

export const sizesOf = ({ tables }: BlockState): Sizes => ({
  steps: tables.input!.length,
  width: tables.input![0]!.length,
  units: tables.start![0]!.length,
});

export function withSizes(cell: Cell, state: BlockState, to: Sizes): BlockState {
  const from = sizesOf(state);
  const { input, weights, bias, start } = state.tables as Readonly<Record<'input' | 'weights' | 'bias' | 'start', Texts>>;
  const rows = (make: (row: readonly string[]) => string[], table: Texts, empty: readonly string[]) =>
    GATES[cell].flatMap((_, gate) =>
      Array.from({ length: to.units }, (_, unit) => make(unit < from.units ? table[gate * from.units + unit]! : empty)),
    );
  const cut = (row: readonly string[], length: number) => resized([row], 1, length)[0]!;
  const both = (row: readonly string[]) => [...cut(row.slice(0, from.width), to.width), ...cut(row.slice(from.width), to.units)];
  const tables = {
    input: resized(input, to.steps, to.width),
    weights: rows(both, weights, []),
    bias: rows((row) => cut(row, bias[0]!.length), bias, []),
    start: resized(start, start.length, to.units),
  };
  return {
    tables,
    options: { unit: String(Math.min(Number(state.options.unit), to.units - 1)) },
    step: Math.min(state.step, to.steps - 1),
  };
}
