/** What laying a fused operator open gives, and what a file of this folder exports. */

import type { Subject } from '../find/graph.ts';
import type { Builder } from '../graph/builder.ts';
import type { NodeRef } from '../graph/view.ts';
import type { Attended } from './attend.ts';

/** What the operator says about itself, for the facts of the site. */
export interface OperatorFacts {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number | null;
  readonly causal: boolean;
  readonly window: number | null;
  readonly scale: number | null;
  readonly softcap: number | null;
  readonly sink: boolean;
}

/** A fused operator written out beside itself. */
export interface Lowered {
  readonly facts: OperatorFacts;
  /** The formula's own values, all [B, H, T, S]. */
  readonly formula: Attended;
  /** Their product with the values, laid out as the operator's own first output, float32. */
  readonly output: string;
  /** Further outputs for a graph in which the plain operators take the operator's place, by output index. */
  readonly others: ReadonlyMap<number, string>;
  /** Which entries of the output the operator defines (boolean, broadcast to it), where it leaves some undefined. */
  readonly defined?: string | undefined;
  /** Why the operator cannot run here and gives way to the plain operators; null when it stays and is compared with them. */
  readonly replaces: string | null;
}

export interface Lowering {
  readonly subject: Subject;
  readonly ref: NodeRef;
  readonly b: Builder;
}

/** Null when this form of the operator is not understood. */
export type Lower = (l: Lowering) => Lowered | null;
