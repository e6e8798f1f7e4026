/** A model's graph as the page draws it: every node, every value between them, and the modules that hold them. */

export interface GraphValue {
  readonly name: string;
  /** Element type, '' when the file does not say. */
  readonly dtype: string;
  readonly shape: readonly (number | string | null)[] | null;
  /** Node that makes it; `INPUT` for what goes into the graph, `STORED` for a tensor of the file. */
  readonly producer: number;
}

export const INPUT = -1;
export const STORED = -2;

export interface GraphNode {
  readonly name: string;
  /** `MatMul`, `com.microsoft::Attention`. */
  readonly op: string;
  /** Group that holds it. */
  readonly group: number;
  /** Values by number; −1 for an input that is left out. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Attributes in words; long lists are cut. */
  readonly attributes: readonly (readonly [name: string, words: string])[];
}

/** A module, a body of an If, a stretch of a long list, or several equal layers in one. */
export interface GraphGroup {
  readonly name: string;
  /** Number of the group around it, −1 for the graph itself. */
  readonly parent: number;
  /** Items in the order of the graph: nodes by number, groups by `~number` (a negative one). */
  readonly items: readonly number[];
  /** Equal layers that it stands for; 1 for any other group. */
  readonly repeats: number;
  /** Nodes inside, at any depth. */
  readonly nodes: number;
}

export interface GraphData {
  readonly nodes: readonly GraphNode[];
  readonly values: readonly GraphValue[];
  /** The first one is the graph itself. */
  readonly groups: readonly GraphGroup[];
  /** Values that are the graph's results. */
  readonly outputs: readonly number[];
  /** Node by the key of its place of attention. */
  readonly sites: readonly (readonly [key: string, node: number])[];
}

/** A node that only holds a tensor. */
export const isConstant = ({ op, inputs }: Pick<GraphNode, 'op' | 'inputs'>): boolean => op === 'Constant' && inputs.length === 0;

/** The group that an item of a group's list stands for, or −1 for a node. */
export const groupOf = (item: number): number => (item < 0 ? ~item : -1);
