/** The shortest way from one node to another along the values between them. Pure. */
import { pathTo } from '../../../model/explore/graph/groups.ts';
import type { GraphData } from '../../../model/explore/graph/types.ts';

export interface Path {
  /** From the first to the last. */
  readonly nodes: readonly number[];
  /** Values that lead from each to the next. */
  readonly values: readonly number[];
  /** Whether it leads against what was asked: the second node comes before the first. */
  readonly backwards: boolean;
}

/** What a node's values are used by. */
type Users = ReadonlyMap<number, readonly number[]>;

/** Null where neither leads to the other. Cost: nodes and edges once. */
export function pathBetween(data: GraphData, from: number, to: number): Path | null {
  const users = usersByValue(data);
  const found = search(data, users, from, to);
  if (found) return { ...found, backwards: false };
  const back = search(data, users, to, from);
  return back && { ...back, backwards: true };
}

function usersByValue({ nodes }: GraphData): Users {
  const users = new Map<number, number[]>();
  nodes.forEach(({ inputs }, node) => {
    for (const value of inputs) if (value >= 0) users.set(value, [...(users.get(value) ?? []), node]);
  });
  return users;
}

/** Breadth first: the first way that is found is a shortest one. */
function search({ nodes }: GraphData, users: Users, from: number, to: number): Omit<Path, 'backwards'> | null {
  const came = new Map<number, { readonly node: number; readonly value: number } | null>([[from, null]]);
  const queue = [from];
  for (let at = 0; at < queue.length && !came.has(to); at++) {
    const node = queue[at]!;
    for (const value of nodes[node]!.outputs) {
      for (const user of users.get(value) ?? []) {
        if (came.has(user)) continue;
        came.set(user, { node, value });
        queue.push(user);
      }
    }
  }
  if (!came.has(to)) return null;
  const [path, values]: [number[], number[]] = [[to], []];
  for (let step = came.get(to); step; step = came.get(step.node)) {
    path.unshift(step.node);
    values.unshift(step.value);
  }
  return { nodes: path, values };
}

/** Keys of the boxes that are or hold a node of the path. */
export function pathKeys({ nodes, groups }: GraphData, path: Path | null): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const node of path?.nodes ?? []) {
    keys.add(`node ${node}`);
    for (const group of pathTo(groups, nodes[node]!.group)) keys.add(`group ${group}`);
  }
  return keys;
}
