/**
 * The ONNX operators as one interface.
 *
 * Blocks and architectures are written once against `Ops<T>`; an interpreter decides what a `T` is. `reference` computes (T is a tensor of
 * numbers), `emit` writes graph nodes (T is the name of a value). Both offer only `apply` and `constant`; the readable methods here are
 * made from those two, so that a new operator is one line.
 *
 * Semantics, attribute names and defaults are ONNX's own (ai.onnx opset 21; `com.microsoft` where `domain` says so).
 */
import type { DType, Tensor } from '../tensor.ts';

/** An attribute as ONNX has them: number (int or float), text, list, tensor. Graph attributes (If, Loop, Scan) only come from files. */
export type Attribute = number | string | readonly number[] | readonly string[] | Tensor | GraphAttribute;
export interface GraphAttribute {
  readonly graph: unknown;
}
export type Attributes = Readonly<Record<string, Attribute>>;

/** What an interpreter must offer. */
export interface Interpreter<T> {
  /** Applies one operator; a left-out optional input is null. Returns `outputs` values (1 unless said). */
  apply(op: string, inputs: readonly (T | null)[], attributes?: Attributes, outputs?: number, domain?: string): T[];
  /** A tensor known when the graph is written. */
  constant(value: Tensor): T;
}
