/**
 * Recurrent layers: LSTM, GRU and the plain RNN, forward, reverse or both. Source: ONNX, operators LSTM-22, GRU-22, RNN-22.
 *
 * x [T, B, I] (layout 0) or [B, T, I] (layout 1); weights [directions, gates·D, I] and [directions, gates·D, D], where I is the width of
 * the input and D that of the state.
 */
import { HeadlightError } from '../../errors.ts';
import type { Tensor } from '../../tensor.ts';
import { activationByName, type Scalar } from './activations.ts';
import { matrix, multiply, transposed } from './gemm.ts';
import {
  asNumbers,
  type Call,
  flag,
  type Inputs,
  integersOf,
  type Kernel,
  type Kernels,
  need,
  number,
  numbers,
  resultFrom,
  text,
  texts,
} from './kernel.ts';
import { transpose } from './shape.ts';

/** One direction of a layer, as plain doubles. */
interface Direction {
  readonly T: number;
  readonly B: number;
  readonly D: number;
  /** W·x + both biases where they may be added at once: [T, B, gates·D] */
  readonly input: Float64Array;
  /** [gates·D, D] */
  readonly R: Float64Array;
  /** Bias of the state's part: [gates·D] */
  readonly stateBias: Float64Array;
  /** Peephole weights of an LSTM: input, output, forget gate, [3·D]; zeros where there are none. */
  readonly peepholes: Float64Array;
  readonly activations: readonly Scalar[];
  readonly limit: (x: number) => number;
  readonly call: Call;
}

/** State of one example: hidden, and for an LSTM the cell. [D] each. */
interface State {
  readonly hidden: Float64Array;
  readonly cell: Float64Array;
}

/** One step of one example: `gates` has W·x, `state` is moved on in place. */
type Cell = (layer: Direction, gates: Float64Array, state: State) => void;

interface Kind {
  readonly gates: number;
  readonly activations: readonly string[];
  readonly cell: Cell;
  readonly hasCell: boolean;
}

/** R·h of `count` rows from `row` on, added to `gates`, with the state's bias. */
function addState({ R, D, stateBias }: Direction, hidden: Float64Array, gates: Float64Array, row: number, count: number): void {
  for (let g = row; g < row + count; g++) {
    let sum = stateBias[g]!;
    for (let d = 0; d < D; d++) sum += R[g * D + d]! * hidden[d]!;
    gates[g]! += sum;
  }
}

/** i, o, f, c: C' = f ⊙ C + i ⊙ c; H' = o ⊙ h(C') */
const lstmCell: Cell = (layer, gates, { hidden, cell }) => {
  const { D, peepholes, limit } = layer;
  const [f, g, h] = layer.activations as [Scalar, Scalar, Scalar];
  const coupled = flag(layer.call, 'input_forget');
  addState(layer, hidden, gates, 0, 4 * D);
  for (let d = 0; d < D; d++) {
    const input = f(limit(gates[d]! + peepholes[d]! * cell[d]!));
    const forget = coupled ? 1 - input : f(limit(gates[2 * D + d]! + peepholes[2 * D + d]! * cell[d]!));
    cell[d] = forget * cell[d]! + input * g(limit(gates[3 * D + d]!));
    hidden[d] = f(limit(gates[D + d]! + peepholes[D + d]! * cell[d]!)) * h(cell[d]!);
  }
};

/** z, r, h: H' = (1 − z) ⊙ h + z ⊙ H; the reset gate acts before the product with R, or after it (`linear_before_reset`). */
const gruCell: Cell = (layer, gates, { hidden }) => {
  const { D, limit } = layer;
  const [f, g] = layer.activations as [Scalar, Scalar];
  addState(layer, hidden, gates, 0, 2 * D);
  const reset = Float64Array.from({ length: D }, (_, d) => f(limit(gates[D + d]!)));
  if (flag(layer.call, 'linear_before_reset')) {
    const product = new Float64Array(3 * D);
    addState(layer, hidden, product, 2 * D, D);
    for (let d = 0; d < D; d++) gates[2 * D + d]! += reset[d]! * product[2 * D + d]!;
  } else
    addState(
      layer,
      reset.map((r, d) => r * hidden[d]!),
      gates,
      2 * D,
      D,
    );
  for (let d = 0; d < D; d++) {
    const update = f(limit(gates[d]!));
    hidden[d] = (1 - update) * g(limit(gates[2 * D + d]!)) + update * hidden[d]!;
  }
};

/** H' = f(W·x + R·H + b) */
const rnnCell: Cell = (layer, gates, { hidden }) => {
  addState(layer, hidden, gates, 0, layer.D);
  for (let d = 0; d < layer.D; d++) hidden[d] = layer.activations[0]!(layer.limit(gates[d]!));
};

/** Names of the activations of every direction, three (LSTM), two (GRU) or one (RNN) each. */
function activationsOf(call: Call, { activations }: Kind, direction: number): Scalar[] {
  const names = texts(call, 'activations');
  const [alphas, betas] = [numbers(call, 'activation_alpha'), numbers(call, 'activation_beta')];
  const first = direction * activations.length;
  return activations.map((otherwise, n) => activationByName(names?.[first + n] ?? otherwise, alphas?.[first + n], betas?.[first + n]));
}

function limitOf(call: Call): (x: number) => number {
  const clip = number(call, 'clip', 0);
  return clip > 0 ? (x) => Math.max(-clip, Math.min(clip, x)) : (x) => x;
}

/** Part n of a tensor whose first axis has one entry a direction; zeros where it is left out. */
function ofDirection(value: Tensor | null | undefined, n: number, size: number): Float64Array {
  return value ? Float64Array.from(asNumbers(value.data).subarray(n * size, (n + 1) * size)) : new Float64Array(size);
}

function direction(inputs: Inputs, call: Call, kind: Kind, x: Tensor, n: number): Direction {
  const [T, B, I] = x.shape as [number, number, number];
  const R = need(inputs, 2, call);
  const D = R.shape[2]!;
  const width = kind.gates * D;
  const bias = ofDirection(inputs[3], n, 2 * width);
  const W = matrix(asNumbers(need(inputs, 1, call).data), n * width * I, I);
  const input = new Float64Array(T * B * width);
  multiply(matrix(asNumbers(x.data), 0, I), transposed(W), { M: T * B, K: I, N: width }, input, 0);
  for (let at = 0; at < input.length; at++) input[at]! += bias[at % width]!;
  return {
    T,
    B,
    D,
    input,
    R: ofDirection(R, n, width * D),
    stateBias: bias.subarray(width),
    peepholes: ofDirection(kind.hasCell ? inputs[7] : null, n, 3 * D),
    activations: activationsOf(call, kind, n),
    limit: limitOf(call),
    call,
  };
}

/**
 * Runs one direction over all examples. `write` gets every hidden state; padding after an example's length is left out.
 * In reverse the steps go from the example's last valid one to the first.
 */
function run(
  layer: Direction,
  kind: Kind,
  states: readonly State[],
  lengths: readonly number[],
  reverse: boolean,
  write: (t: number, b: number, hidden: Float64Array) => void,
): void {
  const width = kind.gates * layer.D;
  states.forEach((state, b) => {
    for (let n = 0; n < lengths[b]!; n++) {
      const t = reverse ? lengths[b]! - 1 - n : n;
      const start = (t * layer.B + b) * width;
      kind.cell(layer, layer.input.slice(start, start + width), state);
      write(t, b, state.hidden);
    }
  });
}

/** First states; layout 1 has the batch first: [B, directions, D]. */
function firstStates(inputs: Inputs, n: number, directions: number, B: number, D: number, batchFirst: boolean): State[] {
  const of = (value: Tensor | null | undefined, b: number): Float64Array => {
    const at = batchFirst ? b * directions + n : n * B + b;
    return ofDirection(value, at, D);
  };
  return Array.from({ length: B }, (_, b) => ({ hidden: of(inputs[5], b), cell: of(inputs[6], b) }));
}

const recurrent =
  (kind: Kind): Kernel =>
  (inputs, call) => {
    const batchFirst = number(call, 'layout', 0) === 1;
    const given = need(inputs, 0, call);
    const x = batchFirst ? transpose(given, [1, 0, 2]) : given;
    const [T, B] = x.shape as [number, number, number];
    const name = text(call, 'direction', 'forward');
    if (!['forward', 'reverse', 'bidirectional'].includes(name))
      throw new HeadlightError('unsupported', `${call.op}: direction "${name}" is unknown.`);
    const directions = name === 'bidirectional' ? 2 : 1;
    const D = need(inputs, 2, call).shape[2]!;
    const lengths = integersOf(inputs[4]) ?? Array.from({ length: B }, () => T);
    const all = new Float64Array(T * directions * B * D);
    const [hidden, cell] = [new Float64Array(directions * B * D), new Float64Array(directions * B * D)];
    for (let n = 0; n < directions; n++) {
      const states = firstStates(inputs, n, directions, B, D, batchFirst);
      const reverse = name === 'reverse' || n === 1;
      const write = (t: number, b: number, state: Float64Array): void => all.set(state, ((t * directions + n) * B + b) * D);
      run(direction(inputs, call, kind, x, n), kind, states, lengths, reverse, write);
      states.forEach((state, b) => {
        hidden.set(state.hidden, (n * B + b) * D);
        cell.set(state.cell, (n * B + b) * D);
      });
    }
    const steps = resultFrom(x.dtype, [T, directions, B, D], all);
    const last = [hidden, ...(kind.hasCell ? [cell] : [])].map((values) => resultFrom(x.dtype, [directions, B, D], values));
    return batchFirst ? [transpose(steps, [2, 0, 1, 3]), ...last.map((value) => transpose(value, [1, 0, 2]))] : [steps, ...last];
  };

export const recurrents: Kernels = {
  LSTM: recurrent({ gates: 4, activations: ['Sigmoid', 'Tanh', 'Tanh'], cell: lstmCell, hasCell: true }),
  GRU: recurrent({ gates: 3, activations: ['Sigmoid', 'Tanh'], cell: gruCell, hasCell: false }),
  RNN: recurrent({ gates: 1, activations: ['Tanh'], cell: rnnCell, hasCell: false }),
};
