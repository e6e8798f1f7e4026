/** A graph laid out: boxes and lines in the plane, one unit a CSS pixel at its natural size. */

export type BoxKind = 'node' | 'group' | 'open' | 'in' | 'out' | 'more';

export interface Box {
  readonly kind: BoxKind;
  /** Number of the node, the group or the value; that of the group around it for `more`. */
  readonly id: number;
  readonly title: string;
  readonly detail: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** How many open groups are around it. */
  readonly depth: number;
}

export interface Line {
  /** x0, y0, x1, y1, … */
  readonly points: readonly number[];
  readonly values: readonly number[];
  /** Boxes by their place in the scene. */
  readonly from: number;
  readonly to: number;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  /** Groups before what they hold, so that they are painted beneath. */
  readonly boxes: readonly Box[];
  readonly lines: readonly Line[];
}

/** A name for a box that lasts over layouts. */
export const keyOf = ({ kind, id }: Pick<Box, 'kind' | 'id'>): string => `${kind === 'open' ? 'group' : kind} ${id}`;
