/**
 * The tree of groups over a list of nodes: modules as their paths spell them, then three rules that keep every level small enough to be seen.
 * A group of one item is that item; equal layers in a row become one group that stands for all of them; a level of too many items is cut into
 * stretches.
 */
import type { PlacedNode } from './data.ts';
import { type GraphGroup, isConstant } from './types.ts';

/** Most items of one level. */
export const LEVEL = 48;

interface Tree {
  name: string;
  /** Nodes by number, and trees. */
  items: (number | Tree)[];
  repeats: number;
}

export function groupsOf(nodes: readonly PlacedNode[]): { readonly groups: GraphGroup[]; readonly groupOfNode: Int32Array } {
  const root = shortened(treeOf(nodes));
  fold(root, nodes, new Map());
  cut(root, (item) => typeof item !== 'number' || !isConstant(nodes[item]!.node));
  return numbered(root, nodes.length);
}

/** Modules by their paths; a module stands where its first node does. */
function treeOf(nodes: readonly PlacedNode[]): Tree {
  const root: Tree = { name: '', items: [], repeats: 1 };
  const known = new Map<string, Tree>([['', root]]);
  nodes.forEach(({ path }, i) => {
    let at = root;
    let key = '';
    for (const name of path) {
      key += `\n${name}`;
      const next = known.get(key) ?? { name, items: [], repeats: 1 };
      if (!known.has(key)) at.items.push(next);
      known.set(key, next);
      at = next;
    }
    at.items.push(i);
  });
  return root;
}

/** Groups of a single item make way for it; of two groups the names are joined. */
function shortened(tree: Tree): Tree {
  tree.items = tree.items.map((item) => {
    if (typeof item === 'number') return item;
    const inner = shortened(item);
    const [only] = inner.items;
    if (inner.items.length > 1 || only === undefined) return inner;
    if (typeof only !== 'number') only.name = `${inner.name} · ${only.name}`;
    return only;
  });
  return tree;
}

/** What a group computes: operators and inner groups in order. Equal ones are layers of one kind. */
function signature(tree: Tree, nodes: readonly PlacedNode[], known: Map<Tree, string>): string {
  const found = known.get(tree);
  if (found !== undefined) return found;
  const words = tree.items.map((item) => (typeof item === 'number' ? nodes[item]!.node.op : signature(item, nodes, known)));
  const made = `(${words.join(' ')})`;
  known.set(tree, made);
  return made;
}

/** Numbered groups in a row that compute the same become one: `layer 0 – layer 11`. */
function fold(tree: Tree, nodes: readonly PlacedNode[], known: Map<Tree, string>): void {
  for (const item of tree.items) if (typeof item !== 'number') fold(item, nodes, known);
  const items: (number | Tree)[] = [];
  for (let i = 0; i < tree.items.length; ) {
    const run = runFrom(tree.items, i, nodes, known);
    if (run.length > 1) items.push({ name: `${run[0]!.name} – ${run.at(-1)!.name}`, items: run, repeats: run.length });
    else items.push(tree.items[i]!);
    i += Math.max(1, run.length);
  }
  // A module of nothing but equal layers is those layers.
  const [only] = items;
  if (items.length === 1 && only !== undefined && typeof only !== 'number' && only.repeats > 1 && tree.name !== '') {
    tree.repeats = only.repeats;
    tree.items = only.items;
    tree.name = `${tree.name} · ${only.name}`;
  } else tree.items = items;
}

function runFrom(items: readonly (number | Tree)[], start: number, nodes: readonly PlacedNode[], known: Map<Tree, string>): Tree[] {
  const run: Tree[] = [];
  for (let i = start; i < items.length; i++) {
    const item = items[i]!;
    if (typeof item === 'number' || !/\d/.test(item.name)) break;
    if (run.length > 0 && signature(item, nodes, known) !== signature(run[0]!, nodes, known)) break;
    run.push(item);
  }
  return run;
}

/** Levels of too many items become stretches, until no level has more. Constants are not drawn and do not count. */
function cut(tree: Tree, isDrawn: (item: number | Tree) => boolean): void {
  for (const item of tree.items) if (typeof item !== 'number') cut(item, isDrawn);
  if (tree.repeats > 1) return;
  for (let drawn = tree.items.filter(isDrawn).length; drawn > LEVEL; drawn = tree.items.length) {
    const size = Math.ceil(drawn / Math.ceil(drawn / LEVEL));
    const stretches: Tree[] = [{ name: 'part 1', items: [], repeats: 1 }];
    let count = 0;
    for (const item of tree.items) {
      if (isDrawn(item) && ++count > size) {
        stretches.push({ name: `part ${stretches.length + 1}`, items: [], repeats: 1 });
        count = 1;
      }
      stretches.at(-1)!.items.push(item);
    }
    for (const stretch of stretches) stretch.name += ` of ${stretches.length}`;
    tree.items = stretches;
  }
}

function numbered(root: Tree, count: number): { groups: GraphGroup[]; groupOfNode: Int32Array } {
  const groups: GraphGroup[] = [];
  const groupOfNode = new Int32Array(count);
  const add = (tree: Tree, parent: number): number => {
    const number = groups.length;
    groups.push({ name: tree.name, parent, items: [], repeats: tree.repeats, nodes: 0 });
    let nodes = 0;
    const items = tree.items.map((item) => {
      if (typeof item === 'number') {
        groupOfNode[item] = number;
        nodes += 1;
        return item;
      }
      const inner = add(item, number);
      nodes += groups[inner]!.nodes;
      return ~inner;
    });
    groups[number] = { ...groups[number]!, items, nodes };
    return number;
  };
  add(root, -1);
  return { groups, groupOfNode };
}

/** The groups around a node, the outermost first, without the graph itself. */
export function pathTo(groups: readonly GraphGroup[], group: number): number[] {
  const path: number[] = [];
  for (let at = group; at > 0; at = groups[at]!.parent) path.unshift(at);
  return path;
}
