/** A number of the walk that somebody asks about, and where its operands are found. */
import { HeadlightError } from '../../model/errors.ts';
import type { onnx } from '../../model/onnx/proto.js';
import type { WalkStep } from '../../model/protocol/walk.ts';
import type { ModelFolder } from '../../model/source.ts';
import type { Cell, Cells } from '../../model/walk/cells.ts';
import type { WalkPlan } from '../../model/walk/plan.ts';

export interface Question {
  readonly plan: WalkPlan;
  readonly model: onnx.ModelProto;
  readonly folder: ModelFolder;
  readonly step: WalkStep;
  /** Place of the number in the step's whole value. */
  readonly at: number;
  /** The number, as the run has it. */
  readonly value: number;
  readonly cells: Cells;
  /** Row and column, from 0, of a number in the matrix that people see; null for values that are no block. */
  place(cell: Cell): { readonly row: number; readonly column: number } | null;
}

export const no = (words: string) => new HeadlightError('unsupported', words);
export const numberOf = ({ value }: Question): number => value;

/** The nodes of the graph that make the step, in order. */
export const nodesOf = ({ plan: { steps }, step: { id } }: Question): readonly onnx.NodeProto[] =>
  steps.steps.find((step) => step.id === id)!.nodes;

/** Whether a value is one that the step is made of. */
export const isEndOf =
  ({ step }: Question) =>
  (value: string): boolean =>
    step.inputs.includes(value);
