/** The numbers of the perceptron's page: one neuron, its products, its sum, its answer. */
import { activation } from '../../model/blocks/activations.ts';
import { linear } from '../../model/blocks/linear.ts';
import { perceptron } from '../../model/blocks/perceptron.ts';
import { benchOf, type Numbers, ops, rowsOf, values } from './compute.ts';
import type { BlockState } from './frame.tsx';

/** Activations to choose from, as configurations call them, with their formulas; `step` is the perceptron's own. */
export const ACTIVATIONS = {
  step: 'y = 1 where z > 0, else 0',
  relu: 'y = max(z, 0)',
  sigmoid: 'y = 1 / (1 + e^−z)',
  tanh: 'y = tanh(z)',
  gelu: 'y = z·Φ(z)',
  silu: 'y = z·σ(z)',
  linear: 'y = z',
} as const;
export type ActivationName = keyof typeof ACTIVATIONS;

/** A vote of three, two of them for. */
export const START: BlockState = {
  tables: { input: [['1', '0', '1']], weights: [['2', '-3', '0.5']], bias: [['-1']] },
  options: { activation: 'step' },
  step: 0,
};

export interface Neuron {
  readonly input: readonly number[];
  readonly weights: readonly number[];
  readonly bias: number;
  readonly name: ActivationName;
  /** w·x + b */
  readonly sum: number;
  readonly answer: number;
}

export function fire(tables: Readonly<Record<string, Numbers>>, options: Readonly<Record<string, string>>): Neuron {
  const { input, weights, bias } = tables as Readonly<Record<'input' | 'weights' | 'bias', Numbers>>;
  const name = options.activation as ActivationName;
  const widths = { in: input[0]!.length, out: 1 };
  const { module } = benchOf({ weight: values(weights, [1, widths.in]), bias: values(bias, [1]) });
  const x = values(input, [1, widths.in]);
  const sum = linear(module, x, widths);
  const answer = name === 'step' ? perceptron(module, x, widths) : activation(name)(ops, sum);
  const only = (t: typeof sum) => rowsOf(t)[0]![0]!;
  return { input: input[0]!, weights: weights[0]!, bias: bias[0]![0]!, name, sum: only(sum), answer: only(answer) };
}
