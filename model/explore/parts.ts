/** Parameters by part: the tree of modules that tensors' names spell, with the number of values in each. */
import type { TensorRow } from '../protocol/explorer.ts';

export interface Part {
  /** Last name of its path; several where a module holds nothing but another one (`bert.encoder`). */
  readonly name: string;
  /** Path from the root, joined with dots: its identity. */
  readonly path: string;
  readonly values: number;
  readonly bytes: number;
  readonly tensors: number;
  /** Parts inside, in the order of the file; empty for a tensor. */
  readonly parts: readonly Part[];
}

/** Names that an exporter made up, which say nothing about where a tensor belongs. */
const MADE_UP = /^(onnx::|val_|_val|const_|arg\d|t\d+$|\d+$)/;

/** Where a tensor belongs, by its own name or by the module of its user; the last element is the tensor. */
export function partOf(name: string, user: readonly string[]): readonly string[] {
  const own = name.replace(/^\//, '').split(/[./]/).filter(Boolean);
  if (own.length > 1 && !MADE_UP.test(name)) return own;
  return user.length > 0 ? [...user.flatMap((module) => module.split('.')), name] : [name];
}

interface Growing {
  values: number;
  bytes: number;
  tensors: number;
  readonly inner: Map<string, Growing>;
}

const empty = (): Growing => ({ values: 0, bytes: 0, tensors: 0, inner: new Map() });

/** The tree of all tensors; its root is the model. */
export function partsOf(rows: readonly TensorRow[]): Part {
  const root = empty();
  for (const { part, values, bytes } of rows) {
    let at = root;
    add(at, values, bytes);
    for (const name of part) {
      const next = at.inner.get(name) ?? empty();
      at.inner.set(name, next);
      add(next, values, bytes);
      at = next;
    }
  }
  return finished('', '', root);
}

function add(part: Growing, values: number, bytes: number): void {
  part.values += values;
  part.bytes += bytes;
  part.tensors += 1;
}

function finished(name: string, path: string, { values, bytes, tensors, inner }: Growing): Part {
  const [only] = inner;
  // A module that holds one module only is no step of its own.
  if (only && inner.size === 1 && only[1].inner.size > 0) return finished(joined(name, only[0]), joined(path, only[0]), only[1]);
  return { name, path, values, bytes, tensors, parts: [...inner].map(([key, part]) => finished(key, joined(path, key), part)) };
}

const joined = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

/** A part by its path, or null. */
export function findPart(part: Part, path: string): Part | null {
  if (part.path === path) return part;
  for (const inner of part.parts) {
    if (path === inner.path || path.startsWith(`${inner.path}.`)) return findPart(inner, path);
  }
  return null;
}
