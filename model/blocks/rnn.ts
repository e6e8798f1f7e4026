/**
 * Plain recurrent layer.
 *
 *     h_t = f(W_ih·x_t + b_ih + W_hh·h_{t−1} + b_hh)      f = tanh, or ReLU
 *
 * Source: Elman 1990, "Finding Structure in Time"; `torch.nn.RNN`.
 */
import { type Activation, tanh } from './activations.ts';
import { fromInput, fromState, type RecurrentLayer, walk } from './recurrent.ts';

/** A plain recurrent layer with another activation. */
export const rnnWith =
  (f: Activation): RecurrentLayer =>
  (module, suffix, x, [hidden], { in: width, hidden: D }, options) => {
    const { ops } = module;
    const { last, kept } = walk(
      ops,
      fromInput(module, suffix, x, D, width),
      [hidden!],
      ([before], input) => {
        const next = f(ops, ops.add(input, fromState(module, suffix, before!, D, D)));
        return { state: [next], kept: [next] };
      },
      options,
    );
    return { states: kept[0]!, last };
  };

/** x [B, T, E], first state [B, D] → states [B, T, D]; weights `weight_ih` [D, E], `weight_hh` [D, D], `bias_ih`, `bias_hh` [D] */
export const rnn: RecurrentLayer = rnnWith(tanh);
