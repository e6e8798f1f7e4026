/**
 * The messages of the model page. The page asks the extension host; what needs the file the host passes to a reader thread of its own, which reads
 * ranges where the file lies: on a remote machine nothing but results crosses.
 */

import type { ConfigProblem } from '../explore/config-problems.ts';
import type { GraphData } from '../explore/graph/types.ts';
import type { Slice, SliceParams } from '../explore/slice.ts';
import type { Statistics } from '../explore/statistics.ts';
import type { FileEntry } from '../source.ts';
import type { DiffThreadRequests } from './diff.ts';
import type { Refusal, SiteFacts } from './engine.ts';
import type { Tried, TryParams } from './tokenizer.ts';

/** What the reader thread is told first. */
export interface OpenParams {
  /** Folder on this machine's disk, or null where bytes must be asked of the host. */
  readonly root: string | null;
  readonly files: readonly FileEntry[];
  /** The file that the page is about, inside the folder. */
  readonly entry: string;
}

/** A tensor of the list. */
export interface TensorRow {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Number of values. */
  readonly values: number;
  readonly bytes: number;
  readonly file: string;
  /** Module that it belongs to, from the outermost in: its own name's parts, else those of the node that uses it. */
  readonly part: readonly string[];
  /** Axis whose indices are tokens of the vocabulary, or null. */
  readonly tokenAxis: number | null;
  /** Shape of the weights that are packed or quantized in it, or null. */
  readonly unpacked: readonly number[] | null;
}

export interface PortFacts {
  readonly name: string;
  readonly dtype: string;
  /** A number is fixed, a string the name of a free length, null a free length without a name. */
  readonly shape: readonly (number | string | null)[] | null;
  /** In words, what it is or who fills it; null when nothing tells. */
  readonly words: string | null;
}

/** A line of facts: what, and how much. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface BesideFacts {
  readonly path: string;
  readonly size: number;
  /** What it is for, or null for a file that nothing here uses. */
  readonly role: string | null;
}

export interface PageFacts {
  readonly entry: string;
  readonly format: 'onnx' | 'safetensors';
  /** Family as the configuration or the graph's names say, null when neither tells. */
  readonly architecture: string | null;
  /** Weights and biases, without tables of positions and scales where those can be told. */
  readonly parameters: number;
  /** Bytes of everything that is stored. */
  readonly bytes: number;
  readonly facts: readonly Fact[];
  readonly inputs: readonly PortFacts[];
  readonly outputs: readonly PortFacts[];
  readonly tensors: readonly TensorRow[];
  readonly files: readonly BesideFacts[];
  /** Sentences about what is missing or wrong and does not keep the page from being shown. */
  readonly problems: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes that were read for all this, and how long it took. */
  readonly bytesRead: number;
  readonly readMs: number;
}

/** What Headlight can show of the model's attention, and what it refuses. */
export interface AttentionFacts {
  readonly sites: readonly SiteFacts[];
  readonly refused: readonly Refusal[];
  readonly warnings: readonly string[];
  /** What a run is given, where only now it is known; null where the facts have it. */
  readonly inputs: readonly PortFacts[] | null;
}

export interface NumbersParams {
  readonly name: string;
  /** The weights that are packed in the tensor, in place of its bytes. */
  readonly unpacked: boolean;
}

export interface HeadParams {
  /** Key of a place of attention. */
  readonly site: string;
  /** From 0. */
  readonly head: number;
}

/** A matrix that is computed while it is read: its numbers and statistics are asked for by its name, like a tensor's. */
export interface HeadMatrix {
  readonly name: string;
  readonly shape: readonly number[];
  /** Falling; as many as a head is wide. */
  readonly singular: readonly number[];
  /** Frobenius norm. */
  readonly norm: number;
}

export interface HeadPictures {
  /** W_q·W_kᵀ */
  readonly scores: HeadMatrix;
  /** W_v·W_O; null where values or W_O are not known. */
  readonly outputs: HeadMatrix | null;
  /** Positions turn queries and keys after their projection: the scores' matrix is that of distance 0. */
  readonly turned: boolean;
  /** Tensors that the matrices were cut out of. */
  readonly from: readonly string[];
}

/** Names of tables: rows are tokens, rows are positions. */
export interface Tables {
  readonly tokens: readonly string[];
  readonly positions: readonly string[];
}

export interface Neighbour {
  readonly id: number;
  readonly cosine: number;
  /** ‖row‖ */
  readonly norm: number;
}

export interface NeighboursParams {
  /** A table of tokens. */
  readonly table: string;
  readonly id: number;
  readonly most: number;
}

/** Answered by the reader thread. */
export interface ReaderRequests {
  /** @throws HeadlightError `unsupported` with the reason why a head has no fixed matrices */
  head: { params: HeadParams; result: HeadPictures };
  tables: { params: null; result: Tables };
  neighbours: { params: NeighboursParams; result: readonly Neighbour[] };
  facts: { params: null; result: PageFacts };
  /** @throws `unsupported` with the reason why nothing of this model can be shown */
  attention: { params: null; result: AttentionFacts };
  /** @throws `format` for a graph with a cycle, `unsupported` for weights whose architecture is not known */
  graph: { params: null; result: GraphData };
  statistics: { params: NumbersParams; result: Statistics };
  slice: { params: NumbersParams & { readonly slice: SliceParams }; result: Slice };
  exportSlice: { params: NumbersParams & { readonly slice: SliceParams; readonly format: 'npy' | 'csv' }; result: Uint8Array };
  /** Tokens of the vocabulary by id; null for an id without one. */
  tokens: { params: { readonly ids: readonly number[] }; result: readonly (string | null)[] };
}

/** Host → thread. */
export interface ThreadRequests extends ReaderRequests, DiffThreadRequests {
  open: { params: OpenParams; result: null };
  /** What does not fit in a configuration, with what lies beside it. */
  checkConfig: { params: { readonly values: Readonly<Record<string, unknown>> }; result: readonly ConfigProblem[] };
}

/** Thread → host: bytes of files that the thread cannot reach itself. */
export interface ThreadHostRequests {
  read: {
    params: {
      readonly path: string;
      readonly offset: number;
      readonly length: number;
      /** In the folder of the second model that is compared with the first. */
      readonly beside: boolean;
    };
    result: Uint8Array;
  };
}

/** Page → host. */
export interface PageHostRequests extends ReaderRequests {
  /** Runs the model; with a site's key on its first head. */
  visualize: { params: { readonly site: string | null }; result: null };
  /** @throws HeadlightError `tokenizer` when the model has none or it cannot be used */
  tryText: { params: TryParams; result: Tried };
  /** Lets the user choose a model to compare this one with. */
  compare: { params: null; result: null };
  /** Opens a file of the model's folder. */
  openFile: { params: { readonly path: string }; result: null };
  copy: { params: { readonly text: string }; result: null };
  /** Lets the user choose where; null when the user cancelled. */
  save: { params: { readonly name: string; readonly bytes: Uint8Array }; result: { readonly path: string | null } };
}

export interface PageHostNotifications {
  ready: null;
  /** Milliseconds from the page's first script to its first painted facts, and from the page's begin to that script. */
  painted: { readonly ms: number; readonly loadMs: number };
}

/** Host → page. */
export interface PageNotifications {
  /** The file changed on the disk: what is shown is read again. */
  changed: null;
  /** Shows a tab, and in it a tensor or a node. */
  reveal: { readonly tab: string; readonly name: string | null };
}
