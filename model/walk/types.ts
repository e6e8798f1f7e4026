/** The walk through a model, as the rooms share it. */

/**
 * What a step does. `product`: of two computed matrices (q·kᵀ, weights·V). `add`: of something that does not depend on the content (positions, a
 * bias, a mask of numbers). `sum`: of two computed values; `residual`: of a value and what was made of it.
 */
export type StepKind =
  | 'embedding'
  | 'linear'
  | 'convolution'
  | 'norm'
  | 'activation'
  | 'scale'
  | 'add'
  | 'mask'
  | 'softmax'
  | 'product'
  | 'heads'
  | 'joined'
  | 'rotation'
  | 'residual'
  | 'sum'
  | 'gate'
  | 'concat'
  | 'function'
  | 'other';

/** What a step is to the attention that it belongs to. */
export type Role = 'query' | 'key' | 'value' | 'products' | 'scores' | 'weights' | 'context' | 'output';

/** One step of the walk: a value that is worth looking at, and how it is made of values before it. */
export interface WalkStep {
  /** Name of its value in the graph. */
  readonly id: string;
  readonly kind: StepKind;
  readonly role: Role | null;
  /** Where it lies, as checkpoint or file call it: `bert.encoder.layer.0.attention.self.query`; '' where nothing says. */
  readonly path: string;
  /** Steps (and inputs of the model) whose values it is made of, in the order of its operation. */
  readonly inputs: readonly string[];
  /** Stored matrix that it multiplies with or looks up in, and the vector that it adds; null where there is none. */
  readonly weight: string | null;
  readonly bias: string | null;
  /** For `add`: the value that is added, which does not depend on the content. */
  readonly side: string | null;
  /** Numbers of its formula: `scale` (a factor), `epsilon`. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Operators that it is made of, in order: `MatMul Add`. */
  readonly operators: string;
  /** The last two axes are exchanged: keys as they are multiplied with, [d, S]. */
  readonly transposed: boolean;
}

/** A piece of the walk that is computed at once: what comes before the layers, a layer's attention with what follows, what comes after. */
export interface WalkSection {
  readonly kind: 'start' | 'layer' | 'end';
  /** Keys of the places of attention in it. */
  readonly sites: readonly string[];
  readonly steps: readonly WalkStep[];
}
