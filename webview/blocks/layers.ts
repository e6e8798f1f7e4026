/** The numbers of the multilayer perceptron's page: every layer's sums and answers, as the block records them. */
import { activation } from '../../model/blocks/activations.ts';
import { multilayerPerceptron } from '../../model/blocks/perceptron.ts';
import type { Tensor } from '../../model/tensor.ts';
import { benchOf, type Numbers, rowsOf, values } from './compute.ts';
import type { BlockState } from './frame.tsx';
import type { ActivationName } from './neuron.ts';
import { resized } from './typed.ts';

/** Exclusive or, which no single perceptron can say: one hidden neuron counts, the other says when both are there. */
export const START: BlockState = {
  tables: {
    input: [['1', '0']],
    weights0: [
      ['1', '1'],
      ['1', '1'],
    ],
    bias0: [['0', '-1']],
    weights1: [['1', '-2']],
    bias1: [['0']],
  },
  options: { activation: 'relu' },
  step: 0,
};

export interface Layer {
  /** [out, in] */
  readonly weights: Numbers;
  readonly bias: readonly number[];
  /** x·Wᵀ + b */
  readonly sums: readonly number[];
  /** After the activation; the sums themselves in the last layer. */
  readonly answers: readonly number[];
}

export interface Network {
  readonly input: readonly number[];
  readonly name: ActivationName;
  readonly layers: readonly Layer[];
}

/** Number of layers of a page's tables. */
export const layersIn = (tables: Readonly<Record<string, unknown>>): number =>
  Object.keys(tables).filter((id) => id.startsWith('weights')).length;

export function pass(tables: Readonly<Record<string, Numbers>>, options: Readonly<Record<string, string>>): Network {
  const count = layersIn(tables);
  const name = options.activation as ActivationName;
  const input = tables.input![0]!;
  const weights: Record<string, Tensor> = {};
  const widths = [input.length];
  for (let layer = 0; layer < count; layer++) {
    const [rows, bias] = [tables[`weights${layer}`]!, tables[`bias${layer}`]!];
    weights[`${2 * layer}.weight`] = values(rows, [rows.length, widths.at(-1)!]);
    weights[`${2 * layer}.bias`] = values(bias, [rows.length]);
    widths.push(rows.length);
  }
  const { module, stage } = benchOf(weights);
  const hidden = Array.from({ length: count - 1 }, () => activation(name));
  multilayerPerceptron(module, values([input], [1, input.length]), widths, hidden);
  const row = (path: number) => rowsOf(stage(String(path)))[0]!;
  return {
    input,
    name,
    layers: Array.from({ length: count }, (_, layer) => ({
      weights: tables[`weights${layer}`]!,
      bias: tables[`bias${layer}`]![0]!,
      sums: row(2 * layer),
      answers: layer < count - 1 ? row(2 * layer + 1) : row(2 * layer),
    })),
  };
}

/** The tables for other widths: inputs, every hidden layer, outputs. What stands there stays. */
export function withWidths(state: BlockState, widths: readonly number[]): BlockState {
  const tables: Record<string, string[][]> = { input: resized(state.tables.input!, 1, widths[0]!) };
  widths.slice(1).forEach((out, layer) => {
    tables[`weights${layer}`] = resized(state.tables[`weights${layer}`] ?? [], out, widths[layer]!);
    tables[`bias${layer}`] = resized(state.tables[`bias${layer}`] ?? [], 1, out);
  });
  return { ...state, tables, step: 0 };
}

export const widthsOf = ({ tables }: BlockState): number[] => [
  tables.input![0]!.length,
  ...Array.from({ length: layersIn(tables) }, (_, layer) => tables[`weights${layer}`]!.length),
];
