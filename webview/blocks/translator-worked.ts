/** How one number of a translator's step came about, term by term. */

import type { Arithmetic } from '../../model/protocol/walk.ts';
import type { Tensor } from '../../model/tensor.ts';
import { dotProduct, ofFew, softmaxShare } from '../../model/walk/arithmetic.ts';
import type { CellStep, DecoderStep } from './translator.ts';

/** Rows of the picture of an LSTM's step: its gates in the order of the weights, then what becomes of the state. */
export const CELL_ROWS = ['i', 'f', 'g', 'o', 'c', 'h'] as const;
export type CellRow = (typeof CELL_ROWS)[number];

export const cellRow = (step: CellStep, row: CellRow): readonly number[] =>
  row === 'c' ? step.cell : row === 'h' ? step.hidden : step.gates[row];

/** A unit's gate: its row of the weights times what goes in and the state before; its cell and hidden state from the gates. */
export function workedCell(weights: Readonly<Record<string, Tensor>>, step: CellStep, row: CellRow, unit: number): Arithmetic {
  const { gates, cellBefore, cell, hidden } = step;
  const value = cellRow(step, row)[unit]!;
  const [i, f, g, o] = [gates.i, gates.f, gates.g, gates.o].map((gate) => gate[unit]!) as [number, number, number, number];
  if (row === 'c') {
    const before = cellBefore[unit]!;
    return ofFew(value, f * before + i * g, 'f · c before + i · g', ['f', 'c before', 'i', 'g'], [f, before, i, g]);
  }
  if (row === 'h')
    return ofFew(value, o * Math.tanh(cell[unit]!), 'o · tanh(c)', ['o', 'c', 'tanh(c)'], [o, cell[unit]!, Math.tanh(cell[unit]!)]);
  return gate(weights, step, row, { value, unit, units: hidden.length });
}

function gate(
  weights: Readonly<Record<string, Tensor>>,
  { input, hiddenBefore, place, suffix }: CellStep,
  row: 'i' | 'f' | 'g' | 'o',
  { value, unit, units }: { readonly value: number; readonly unit: number; readonly units: number },
): Arithmetic {
  const at = CELL_ROWS.indexOf(row) * units + unit;
  const line = (name: string) => {
    const { shape, data } = weights[`${place}.${name}${suffix}`]!;
    const width = shape.at(-1)!;
    return Array.from(data.slice(at * width, (at + 1) * width), Number);
  };
  const bias = ['bias_ih', 'bias_hh'].reduce((sum, name) => sum + Number(weights[`${place}.${name}${suffix}`]?.data[at] ?? 0), 0);
  const sum = dotProduct(
    value,
    [
      [...line('weight_ih'), ...line('weight_hh')],
      [...input, ...hiddenBefore],
    ],
    ['w', '[x; h]'],
    bias,
  );
  const squash = row === 'g' ? Math.tanh : (x: number) => 1 / (1 + Math.exp(-x));
  const name = row === 'g' ? 'tanh' : 'σ';
  return {
    ...sum,
    formula: `${name}(${sum.formula})`,
    notes: [...sum.notes, { name: `inside ${name}`, value: sum.result }],
    result: squash(sum.result),
  };
}

export const workedWeight = ({ scores, weights }: DecoderStep, source: number): Arithmetic =>
  softmaxShare(weights[source]!, scores, source);
