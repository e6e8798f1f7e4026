/** The messages of the page that compares two models: what differs in their structure, and pair by pair in their weights. */
import type { OpenParams } from './explorer.ts';

/** How a tensor of one model was found in the other. */
export type How =
  | 'name' // the same name
  | 'beginning' // the same name after another beginning
  | 'module' // used by the module that the other is named after
  | 'values'; // another name, the same first values

/** How the second tensor lies to the first: as it is, with its axes exchanged, or both are tried and the nearer one counts. */
export type Turn = 'no' | 'yes' | 'try';

export interface TensorFacts {
  readonly name: string;
  readonly dtype: string;
  /** Shape of the weights, unpacked. */
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly values: number;
  /** Whether it holds codes that stand for weights. */
  readonly packed: boolean;
  readonly part: readonly string[];
}

export interface Pair {
  readonly base: TensorFacts;
  readonly other: TensorFacts;
  readonly how: How;
  readonly turn: Turn;
  /** Rows that both have, where only the number of rows differs; null where the shapes are the same. */
  readonly rows: number | null;
  /** Why their numbers cannot be compared, in a sentence; null where they can. */
  readonly apart: string | null;
}

/** Something that is not the same in both; null where one has it not. */
export interface Change {
  readonly what: string;
  readonly base: string | null;
  readonly other: string | null;
}

export interface Side {
  readonly entry: string;
  readonly format: 'onnx' | 'safetensors';
  readonly architecture: string | null;
  readonly parameters: number;
  readonly bytes: number;
  readonly tensors: number;
}

export interface Structure {
  readonly base: Side;
  readonly other: Side;
  readonly facts: readonly Change[];
  /** Keys of the configuration, nested ones joined with dots. */
  readonly config: readonly Change[];
  readonly ports: readonly Change[];
  /** Operators by number of nodes, where both are graphs. */
  readonly operators: readonly Change[];
  readonly pairs: readonly Pair[];
  readonly onlyBase: readonly TensorFacts[];
  readonly onlyOther: readonly TensorFacts[];
  /** Constants of graphs, scales and zero points: tensors that are no weights of their own. */
  readonly leftOut: number;
}

/** What differs between two tensors of n numbers each, over the pairs of finite ones. Δ = other − base. */
export interface Difference {
  /** ‖Δ‖: root of the sum of squares. */
  readonly delta: number;
  readonly baseNorm: number;
  readonly otherNorm: number;
  /** Largest |Δ|. */
  readonly largest: number;
  /** base · other / (‖base‖ ‖other‖); null where one is 0. */
  readonly cosine: number | null;
  /** Numbers that are not equal. */
  readonly changed: number;
  readonly count: number;
  /** Pairs that are left out of the sums because one is infinite or no number, unless both are the same. */
  readonly notFinite: number;
  /** The second one was read with its axes exchanged. */
  readonly turned: boolean;
}

export interface DifferencesParams {
  /** Pairs by their place in the structure's list. */
  readonly pairs: readonly number[];
  /** Quantized weights as the numbers that they stand for. */
  readonly dequantized: boolean;
}

/** A difference, or the sentence why there is none. */
export type Compared = { readonly difference: Difference } | { readonly failure: string };

/** Answered by the reader thread. */
export interface DiffReaderRequests {
  /** @throws HeadlightError what is wrong with one of the files */
  structure: { params: null; result: Structure };
  differences: { params: DifferencesParams; result: readonly Compared[] };
}

/** Host → thread, beside what every reader answers. */
export interface DiffThreadRequests extends DiffReaderRequests {
  openBeside: { params: OpenParams; result: null };
}

/** Page → host. */
export interface DiffHostRequests extends DiffReaderRequests {
  /** Names of both, as people know them, and what the page keeps over a reload of the window. */
  names: { params: null; result: { readonly base: string; readonly other: string; readonly kept: unknown } };
  /** Exchanges the two and reads again. */
  swap: { params: null; result: null };
  openTensor: { params: { readonly side: 'base' | 'other'; readonly name: string }; result: null };
  copy: { params: { readonly text: string }; result: null };
  save: { params: { readonly name: string; readonly bytes: Uint8Array }; result: { readonly path: string | null } };
}

export interface DiffHostNotifications {
  ready: null;
}

/** Host → page. */
export interface DiffNotifications {
  /** One of the files changed, or the two changed places: everything is read again. */
  changed: null;
}
