/**
 * Recurrent layers: a cell walks along a text and carries a state from step to step.
 *
 *     state_t = cell(state_{t−1}, x_t)
 *
 * Layers stand on top of each other; each runs forward, or forward and backward side by side. Padding leaves the state as it was, and its
 * results are zero: so the backward walk begins at the last token of each text.
 *
 * Sources: Elman 1990, "Finding Structure in Time"; Schuster, Paliwal 1997, "Bidirectional Recurrent Neural Networks"; the layout of weights is
 * `torch.nn.RNN`'s, `LSTM`'s and `GRU`'s.
 */
import { END } from '../ops/operators/constants.ts';
import type { Ops } from '../ops/ops.ts';
import type { Module } from './module.ts';

/** Widths of a layer. */
export interface RecurrentWidths {
  /** E, of what goes in. */
  readonly in: number;
  /** D, of the state. */
  readonly hidden: number;
  /** P, of the hidden state where it is projected (LSTM); D unless said. */
  readonly projected?: number;
}

/** How a text is walked along. */
export interface WalkOptions<T> {
  /** From the last token to the first. */
  readonly reverse?: boolean;
  /** bool [B, T], true = a token; null where nothing is padding */
  readonly mask?: T | null;
}

/** What a walk leaves behind. */
export interface Walk<T> {
  /** The hidden state at every step, [B, T, D]; zero where padding is. */
  readonly states: T;
  /** The last state: hidden [B, D], of an LSTM also its cell [B, D]. */
  readonly last: readonly T[];
}

/** One layer in one direction. `suffix` is how the names of its weights end: `_l0`, `_l1_reverse`; nothing for a single cell. */
export type RecurrentLayer = <T>(
  module: Module<T>,
  suffix: string,
  x: T,
  start: readonly T[],
  widths: RecurrentWidths,
  options?: WalkOptions<T>,
) => Walk<T>;

/** One step: from the state and what goes in at this step to the next state, and what is to be kept of it. */
export type Step<T> = (state: readonly T[], input: T) => { readonly state: readonly T[]; readonly kept: readonly T[] };

/**
 * Walks a cell along a text.
 * @param input what goes in, [B, T, n]
 * @param start first state, [B, D] each
 * @returns the last state, [B, D] each, and what was kept of every step, [B, T, ..] each
 */
export function walk<T>(
  ops: Ops<T>,
  input: T,
  start: readonly T[],
  step: Step<T>,
  { reverse = false, mask = null }: WalkOptions<T> = {},
): { readonly last: readonly T[]; readonly kept: readonly T[] } {
  const turned = (x: T): T => (reverse ? ops.slice(x, [-1], [-END], [0], [-1]) : x);
  const inTime = (x: T): T => turned(ops.transpose(x, [1, 0, 2])); // [T, B, ..]
  const tokens = mask === null ? [] : [inTime(ops.unsqueeze(mask, [2]))]; // [T, B, 1]
  const { carried, results } = ops.scan(
    (state, [now, token]) => {
      const next = step(state, now!);
      if (token === undefined) return { carried: next.state, results: next.kept };
      const held = next.state.map((value, n) => ops.where(token, value, state[n]!));
      return { carried: held, results: next.kept.map((value) => ops.where(token, value, 0)) };
    },
    start,
    [inTime(input), ...tokens],
  );
  return { last: carried, kept: results.map((x) => ops.transpose(turned(x), [1, 0, 2])) };
}

export interface RecurrentSettings<T> extends RecurrentWidths {
  readonly layers: number;
  readonly bidirectional?: boolean;
  /** bool [B, T], true = a token; null where nothing is padding */
  readonly mask?: T | null;
}

/**
 * Layers on top of each other: each reads the states of the one below, of both directions where there are two.
 * @param layer `rnn`, `lstm` or `gru`
 * @param x [B, T, E]
 * @param start first states, [layers·directions, B, D] each
 * @returns states of the top layer [B, T, directions·D], forward then backward, and the last states as `start`
 */
export function recurrent<T>(module: Module<T>, layer: RecurrentLayer, x: T, start: readonly T[], settings: RecurrentSettings<T>): Walk<T> {
  const { ops } = module;
  const { layers, bidirectional = false, mask = null, hidden, projected = hidden } = settings;
  const directions = bidirectional ? [false, true] : [false];
  const last: (readonly T[])[] = [];
  let states = x;
  for (let index = 0; index < layers; index++) {
    const widths = { ...settings, in: index === 0 ? settings.in : directions.length * projected };
    const walks = directions.map((reverse) => {
      const begin = start.map((state) => ops.gather(state, last.length + Number(reverse))); // [B, D]
      return layer(module, `_l${index}${reverse ? '_reverse' : ''}`, states, begin, widths, { reverse, mask });
    });
    last.push(...walks.map((one) => one.last));
    states =
      walks.length === 1
        ? walks[0]!.states
        : ops.concat(
            walks.map((one) => one.states),
            { axis: -1 },
          );
  }
  const stacked = start.map((_, n) =>
    ops.concat(
      last.map((state) => ops.unsqueeze(state[n]!, [0])),
      { axis: 0 },
    ),
  );
  return { states: module.record(states), last: stacked };
}

/** A first state of zeros: x [B, ..] → [B, D] */
export function zeroState<T>(ops: Ops<T>, x: T, width: number): T {
  return ops.constantOfShape(ops.concat([ops.dimension(x, 0), ops.integers([width])], { axis: 0 }));
}

/** x·W_ihᵀ + b_ih, of all steps at once or of one: [.., E] → [.., n·D] */
export function fromInput<T>(module: Module<T>, suffix: string, x: T, rows: number, columns: number): T {
  return affine(module, x, { weight: `weight_ih${suffix}`, bias: `bias_ih${suffix}` }, rows, columns);
}

/** h·W_hhᵀ + b_hh, of one step: [B, D] → [B, n·D] */
export function fromState<T>(module: Module<T>, suffix: string, hidden: T, rows: number, columns: number): T {
  return affine(module, hidden, { weight: `weight_hh${suffix}`, bias: `bias_hh${suffix}` }, rows, columns);
}

/** x·Wᵀ + b; without b where the checkpoint has none */
function affine<T>(module: Module<T>, x: T, names: { readonly weight: string; readonly bias: string }, rows: number, columns: number): T {
  const { ops } = module;
  const product = ops.matMul(x, ops.transpose(module.weight(names.weight, [rows, columns]), [1, 0]));
  return module.has(names.bias) ? ops.add(product, module.weight(names.bias, [rows])) : product;
}
