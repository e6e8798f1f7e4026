/**
 * Long short-term memory: a cell that gates say what to forget, what to write and what to show.
 *
 *     i, f, o = σ(W_i·[x_t; h] + b_i), σ(W_f·[x_t; h] + b_f), σ(W_o·[x_t; h] + b_o)      g = tanh(W_g·[x_t; h] + b_g)
 *     c_t = f ⊙ c_{t−1} + i ⊙ g                                                             h_t = o ⊙ tanh(c_t)
 *
 * The rows of the weights are i, f, g, o, one below the other. With a projection, h_t = W_hr·(o ⊙ tanh(c_t)).
 *
 * Sources: Hochreiter, Schmidhuber 1997, "Long Short-Term Memory"; Gers et al. 2000 (the forget gate); Sak et al. 2014 (the projection);
 * `torch.nn.LSTM`.
 */
import type { Ops } from '../ops/ops.ts';
import { fromInput, fromState, type RecurrentLayer, walk } from './recurrent.ts';

/** One step of the cell, with its gates: all [B, D]. */
export interface LstmStep<T> {
  readonly inputGate: T;
  readonly forgetGate: T;
  readonly candidate: T;
  readonly outputGate: T;
  readonly cell: T;
  readonly hidden: T;
}

/**
 * @param sums what goes into the gates, i, f, g, o side by side: [B, 4·D]
 * @param cell c_{t−1}, [B, D]
 */
export function lstmCell<T>(ops: Ops<T>, sums: T, cell: T): LstmStep<T> {
  const [i, f, g, o] = ops.split(sums, 4, { axis: -1 }) as [T, T, T, T];
  const [inputGate, forgetGate, candidate, outputGate] = [ops.sigmoid(i), ops.sigmoid(f), ops.tanh(g), ops.sigmoid(o)];
  const next = ops.add(ops.mul(forgetGate, cell), ops.mul(inputGate, candidate));
  return { inputGate, forgetGate, candidate, outputGate, cell: next, hidden: ops.mul(outputGate, ops.tanh(next)) };
}

/**
 * x [B, T, E], first states h [B, P] and c [B, D] → states [B, T, P]. The gates, `cell` and `hidden` of every step are recorded [B, T, D].
 * Weights `weight_ih` [4·D, E], `weight_hh` [4·D, P], `bias_ih`, `bias_hh` [4·D], and `weight_hr` [P, D] where there is a projection.
 */
export const lstm: RecurrentLayer = (module, suffix, x, [hidden, cell], { in: width, hidden: D, projected }, options) => {
  const { ops } = module;
  const P = projected ?? D;
  const { last, kept } = walk(
    ops,
    fromInput(module, suffix, x, 4 * D, width),
    [hidden!, cell!],
    ([h, c], input) => {
      const step = lstmCell(ops, ops.add(input, fromState(module, suffix, h!, 4 * D, P)), c!);
      const shown =
        projected === undefined ? step.hidden : ops.matMul(step.hidden, ops.transpose(module.weight(`weight_hr${suffix}`, [P, D]), [1, 0]));
      const { inputGate, forgetGate, candidate, outputGate } = step;
      return { state: [shown, step.cell], kept: [shown, inputGate, forgetGate, candidate, outputGate, step.cell] };
    },
    options,
  );
  ['input_gate', 'forget_gate', 'candidate', 'output_gate', 'cell'].forEach((name, n) => {
    module.record(kept[n + 1]!, `${name}${suffix}`);
  });
  return { states: kept[0]!, last };
};
