/**
 * Gated recurrent unit.
 *
 *     r, z = σ(W_r·x_t + b_r + U_r·h + c_r), σ(W_z·x_t + b_z + U_z·h + c_z)
 *     n = tanh(W_n·x_t + b_n + r ⊙ (U_n·h + c_n))
 *     h_t = (1 − z) ⊙ n + z ⊙ h                             h = h_{t−1}
 *
 * The rows of the weights are r, z, n, one below the other. The paper multiplies h by r before U_n; here, as in cuDNN, after it.
 *
 * Source: Cho et al. 2014, "Learning Phrase Representations using RNN Encoder–Decoder for Statistical Machine Translation", 2.3;
 * `torch.nn.GRU`.
 */
import { fromInput, fromState, type RecurrentLayer, walk } from './recurrent.ts';

/** x [B, T, E], first state [B, D] → states [B, T, D]; weights `weight_ih` [3·D, E], `weight_hh` [3·D, D], `bias_ih`, `bias_hh` [3·D] */
export const gru: RecurrentLayer = (module, suffix, x, [hidden], { in: width, hidden: D }, options) => {
  const { ops } = module;
  const { last, kept } = walk(
    ops,
    fromInput(module, suffix, x, 3 * D, width),
    [hidden!],
    ([h], input) => {
      const [xr, xz, xn] = ops.split(input, 3, { axis: -1 }) as [typeof x, typeof x, typeof x];
      const [hr, hz, hn] = ops.split(fromState(module, suffix, h!, 3 * D, D), 3, { axis: -1 }) as [typeof x, typeof x, typeof x];
      const [r, z] = [ops.sigmoid(ops.add(xr, hr)), ops.sigmoid(ops.add(xz, hz))];
      const n = ops.tanh(ops.add(xn, ops.mul(r, hn)));
      const next = ops.add(ops.mul(ops.sub(1, z), n), ops.mul(z, h!));
      return { state: [next], kept: [next, r, z, n] };
    },
    options,
  );
  ['reset_gate', 'update_gate', 'candidate'].forEach((name, index) => {
    module.record(kept[index + 1]!, `${name}${suffix}`);
  });
  return { states: kept[0]!, last };
};
