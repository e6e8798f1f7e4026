/** The walk through a model: what the page asks the engine about it. */
import type { Role, StepKind, WalkSection, WalkStep } from '../walk/types.ts';
import type { Difference } from './engine.ts';

export type { Role, StepKind, WalkSection, WalkStep };

/** All pieces of a run's walk, in the order in which the model computes them; nothing is computed yet. */
export interface Walk {
  readonly sections: readonly WalkSection[];
  /** What cannot be walked along, in sentences. */
  readonly remarks: readonly string[];
}

/** A step's matrix: that of the chosen head where it has heads. */
export interface StageValue {
  readonly id: string;
  /** Of the whole value, as the model has it. */
  readonly shape: readonly number[];
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns] */
  readonly data: Float32Array;
  /** Number of the head that is shown, null for values without heads. */
  readonly head: number | null;
}

/** The steps of one piece, computed from what goes into it. */
export interface StageResult {
  readonly values: readonly StageValue[];
  readonly computeMs: number;
}

export interface StageParams {
  readonly run: number;
  /** Index of the section. */
  readonly section: number;
  /** Head of the section's attention. */
  readonly head: number;
  /** Text or window of the batch. */
  readonly batch?: number;
}

/** How one number of a step came about. */
export interface Arithmetic {
  /** The number itself, as the run has it. */
  readonly value: number;
  /** What the terms add up to (or lead to), computed from the run's own numbers in double precision. */
  readonly result: number;
  /** What is done with the terms, as a formula with the numbers in it. */
  readonly formula: string;
  /** Names of the columns of the table of terms. */
  readonly columns: readonly string[];
  /** Rows of the table, in order; long sums are cut and `terms` says how many there are. */
  readonly rows: readonly (readonly number[])[];
  readonly terms: number;
  /** Further numbers: a bias, a mean, a denominator. */
  readonly notes: readonly { readonly name: string; readonly value: number }[];
}

export interface ArithmeticParams extends StageParams {
  readonly step: string;
  readonly row: number;
  readonly column: number;
}

/** A step beside the reference's. */
export interface StepDifference extends Difference {
  readonly section: number;
  readonly step: string;
}

export interface WalkRequests {
  walk: { params: { readonly run: number }; result: Walk };
  stage: { params: StageParams; result: StageResult };
  arithmetic: { params: ArithmeticParams; result: Arithmetic };
}
