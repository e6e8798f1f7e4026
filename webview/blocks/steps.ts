/**
 * The numbers of the recurrent pages. The layer itself walks along the sequence and records its gates; what goes into them at a step is asked of the
 * same two functions that the layer asks.
 */
import { gru } from '../../model/blocks/gru.ts';
import { lstm } from '../../model/blocks/lstm.ts';
import type { Module } from '../../model/blocks/module.ts';
import { fromInput, fromState, type RecurrentLayer } from '../../model/blocks/recurrent.ts';
import { rnn } from '../../model/blocks/rnn.ts';
import type { Tensor } from '../../model/tensor.ts';
import { type Bench, benchOf, type Numbers, ops, rowsOf, values } from './compute.ts';
import type { BlockState } from './frame.tsx';

export type Cell = 'rnn' | 'lstm' | 'gru';

/** Gates in the order of the weights' rows; the one without a gate's name is the candidate. */
export const GATES: Readonly<Record<Cell, readonly string[]>> = { rnn: ['h'], lstm: ['i', 'f', 'g', 'o'], gru: ['r', 'z', 'n'] };

/** A sequence with a pulse, and two units: one that keeps it for long, one that lets it go. */
export const STARTS: Readonly<Record<Cell, BlockState>> = {
  rnn: {
    tables: {
      input: [['1'], ['0'], ['0'], ['-1'], ['0']],
      weights: [
        ['1', '0.9', '0'],
        ['1', '0', '0.3'],
      ],
      bias: [['0'], ['0']],
      start: [['0', '0']],
    },
    options: { unit: '0' },
    step: 0,
  },
  lstm: {
    tables: {
      input: [['1'], ['0'], ['0'], ['-1'], ['0']],
      weights: [
        ['4', '0', '0'],
        ['2', '0', '0'],
        ['0', '0', '0'],
        ['-2', '0', '0'],
        ['2', '0', '0'],
        ['2', '0.5', '0'],
        ['0', '0', '0'],
        ['1', '0', '0'],
      ],
      bias: [['-2'], ['0'], ['3'], ['0'], ['0'], ['0'], ['1'], ['0']],
      start: [
        ['0', '0'],
        ['0', '0'],
      ],
    },
    options: { unit: '0' },
    step: 0,
  },
  gru: {
    tables: {
      input: [['1'], ['0'], ['0'], ['-1'], ['0']],
      weights: [
        ['0', '0', '0'],
        ['1', '0', '0'],
        ['-4', '0', '0'],
        ['-2', '0', '0'],
        ['2', '0.5', '0'],
        ['2', '0', '0.5'],
      ],
      bias: [
        ['0', '0'],
        ['0', '0'],
        ['2', '0'],
        ['0', '0'],
        ['0', '0'],
        ['0', '0'],
      ],
      start: [['0', '0']],
    },
    options: { unit: '0' },
    step: 0,
  },
};

/** One gate of one step: what goes in, and what comes out, of every unit. */
export interface GateNow {
  readonly name: string;
  /** W·x + b of every unit. */
  readonly fromInput: readonly number[];
  /** U·h + c of every unit. */
  readonly fromState: readonly number[];
  /** The sum of both; a GRU's candidate multiplies the second by r. */
  readonly sums: readonly number[];
  readonly out: readonly number[];
}

export interface StepNow {
  readonly x: readonly number[];
  /** Before the step. */
  readonly hidden: readonly number[];
  readonly cell: readonly number[] | null;
  readonly gates: readonly GateNow[];
  /** After the step. */
  readonly nextHidden: readonly number[];
  readonly nextCell: readonly number[] | null;
}

export interface Walked {
  readonly cell: Cell;
  /** [n·D, E + D] */
  readonly weights: Numbers;
  /** [n·D, 1], of a GRU [n·D, 2] */
  readonly bias: Numbers;
  readonly width: number;
  readonly units: number;
  readonly steps: readonly StepNow[];
}

const LAYERS: Readonly<Record<Cell, RecurrentLayer>> = { rnn, lstm, gru };
/** Stages that the layers record, by gate. */
const STAGES: Readonly<Record<Cell, readonly string[]>> = {
  rnn: [],
  lstm: ['input_gate', 'forget_gate', 'candidate', 'output_gate'],
  gru: ['reset_gate', 'update_gate', 'candidate'],
};

export function walkAlong(cell: Cell, tables: Readonly<Record<string, Numbers>>): Walked {
  const { input, weights, bias, start } = tables as Readonly<Record<'input' | 'weights' | 'bias' | 'start', Numbers>>;
  const [E, D, T, rows] = [input[0]!.length, start[0]!.length, input.length, weights.length];
  const bench = benchOf({
    weight_ih_l0: values(
      weights.map((row) => row.slice(0, E)),
      [rows, E],
    ),
    weight_hh_l0: values(
      weights.map((row) => row.slice(E)),
      [rows, D],
    ),
    bias_ih_l0: values(
      bias.map((row) => row.slice(0, 1)),
      [rows],
    ),
    ...(cell === 'gru'
      ? {
          bias_hh_l0: values(
            bias.map((row) => row.slice(1)),
            [rows],
          ),
        }
      : {}),
  });
  const x = values(input, [1, T, E]);
  const first = start.map((row) => values([row], [1, D]));
  const { states } = LAYERS[cell](bench.module, '_l0', x, first, { in: E, hidden: D });
  const cells = cell === 'lstm' ? rowsOf(bench.stage('cell_l0')) : null;
  const hidden = [start[0]!, ...rowsOf(states)];
  const gates = gatesOf(cell, bench, { x, hidden, E, D });
  return {
    ...{ cell, weights, bias, width: E, units: D },
    steps: input.map((now, t) => ({
      ...{ x: now, hidden: hidden[t]!, gates: gates[t]!, nextHidden: hidden[t + 1]! },
      cell: cells === null ? null : t === 0 ? start[1]! : cells[t - 1]!,
      nextCell: cells?.[t] ?? null,
    })),
  };
}

interface Sizes {
  readonly x: Tensor;
  readonly hidden: Numbers;
  readonly E: number;
  readonly D: number;
}

/** What goes into each gate and comes out of it, step by step. */
function gatesOf(cell: Cell, { module, stage }: Bench, { x, hidden, E, D }: Sizes): GateNow[][] {
  const names = GATES[cell];
  const inputs = rowsOf(fromInput(module, '_l0', x, names.length * D, E));
  const recorded = STAGES[cell].map((name) => rowsOf(stage(`${name}_l0`)));
  return inputs.map((row, t) => {
    const before = rowsOf(stateOf(module, hidden[t]!, names.length * D, D))[0]!;
    const out = (gate: number) => recorded[gate]?.[t] ?? hidden[t + 1]!;
    return names.map((name, gate) => {
      const part = (all: readonly number[]) => all.slice(gate * D, (gate + 1) * D);
      const [input, state] = [part(row), part(before)];
      const held = name === 'n' ? state.map((value, d) => out(0)[d]! * value) : state;
      return { name, fromInput: input, fromState: state, sums: input.map((value, d) => Math.fround(value + held[d]!)), out: out(gate) };
    });
  });
}

const stateOf = (module: Module<Tensor>, hidden: readonly number[], rows: number, D: number): Tensor =>
  fromState(module, '_l0', ops.constant(values([hidden], [1, D])), rows, D);
