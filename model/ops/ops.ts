/**
 * The ONNX operators as one interface.
 *
 * Blocks and architectures are written once against `Ops<T>`; an interpreter decides what a `T` is. `reference` computes (T is a tensor of
 * numbers), `emit` writes graph nodes (T is the name of a value). Both offer only `apply`, `constant` and `scan`; the readable methods in
 * `operators/` are made from those, so that a new operator is one line.
 *
 * Semantics, attribute names and defaults are ONNX's own (ai.onnx opset 21; `com.microsoft` where `domain` says so).
 */
import type { Tensor } from '../tensor.ts';
import { type Constants, constants } from './operators/constants.ts';
import { type Elementwise, elementwise } from './operators/elementwise.ts';
import { type Linear, linear } from './operators/linear.ts';
import { type Reductions, reductions } from './operators/reductions.ts';
import { type Selections, selections } from './operators/selections.ts';
import { type Shapes, shapes } from './operators/shapes.ts';

/** An attribute as ONNX has them: number (int or float), text, list, tensor. Graph attributes (If, Loop, Scan) only come from files. */
export type Attribute = number | string | readonly number[] | readonly string[] | Tensor | GraphAttribute;
export interface GraphAttribute {
  readonly graph: unknown;
}
export type Attributes = Readonly<Record<string, Attribute>>;

/** One step of a scan: from the carried values and one step of each sequence to the next carried values and one step of each result. */
export type ScanStep<T> = (carried: readonly T[], step: readonly T[]) => { readonly carried: readonly T[]; readonly results: readonly T[] };

/** What an interpreter must offer. */
export interface Interpreter<T> {
  /** Applies one operator; a left-out optional input is null. Returns `outputs` values (1 unless said). */
  apply(op: string, inputs: readonly (T | null)[], attributes?: Attributes, outputs?: number, domain?: string): T[];
  /** A tensor known when the graph is written. */
  constant(value: Tensor): T;
  /**
   * The operator Scan: walks along axis 0 of every sequence. Carried values keep their shape; results are stacked along a new axis 0.
   * The body may use any value from outside. Returns the last carried values and the stacked results.
   */
  scan(body: ScanStep<T>, carried: readonly T[], sequences: readonly T[]): { readonly carried: T[]; readonly results: T[] };
}

/** Every operator as a method, for one interpreter. */
export type Ops<T> = Interpreter<T> & Constants<T> & Elementwise<T> & Linear<T> & Reductions<T> & Selections<T> & Shapes<T>;

/**
 * The operators as methods named as in ONNX, in camelCase: `const o = operators(emit); o.softmax(o.matMul(q, k), { axis: -1 })`.
 *
 * Wherever an operator takes a value, a plain number stands for a float32 scalar; wherever it takes a shape or axes, a list of numbers
 * stands for an int64 vector.
 */
export function operators<T>(interpreter: Interpreter<T>): Ops<T> {
  return {
    apply: (...call) => interpreter.apply(...call),
    constant: (value) => interpreter.constant(value),
    scan: (...call) => interpreter.scan(...call),
    ...constants(interpreter),
    ...elementwise(interpreter),
    ...linear(interpreter),
    ...reductions(interpreter),
    ...selections(interpreter),
    ...shapes(interpreter),
  };
}
