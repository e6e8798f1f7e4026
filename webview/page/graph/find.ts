/** Looking for things in a graph, and what is around them. Pure. */
import { pathTo } from '../../../model/explore/graph/groups.ts';
import { type GraphData, groupOf, STORED } from '../../../model/explore/graph/types.ts';
import type { Box, Scene } from './scene.ts';

export interface Hit {
  /** Node that is meant: itself, or the first that makes or uses a value. */
  readonly node: number;
  readonly title: string;
  readonly detail: string;
}

/** Nodes by operator or name, then tensors by name, each of whose words is in it. */
export function findIn({ nodes, values }: GraphData, words: string, most: number): Hit[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [];
  const fits = (text: string) => wanted.every((word) => text.includes(word));
  const hits: Hit[] = [];
  for (let node = 0; node < nodes.length && hits.length < most; node++) {
    const { name, op } = nodes[node]!;
    if (fits(`${op} ${name}`.toLowerCase())) hits.push({ node, title: op, detail: name });
  }
  const users = firstUsers(nodes);
  for (let value = 0; value < values.length && hits.length < most; value++) {
    const { name, producer } = values[value]!;
    const node = producer >= 0 ? producer : (users.get(value) ?? -1);
    if (node >= 0 && fits(name.toLowerCase()) && nodes[node]!.name !== name)
      hits.push({ node, title: name, detail: producer === STORED ? 'stored tensor' : 'value' });
  }
  return hits;
}

function firstUsers(nodes: GraphData['nodes']): Map<number, number> {
  const users = new Map<number, number>();
  nodes.forEach(({ inputs }, node) => {
    for (const value of inputs) if (value >= 0 && !users.has(value)) users.set(value, node);
  });
  return users;
}

/** Nodes that use a value. */
export const usersOf = ({ nodes }: GraphData, value: number): number[] =>
  nodes.flatMap(({ inputs }, node) => (inputs.includes(value) ? [node] : []));

/** Keys of the boxes that are or hold a place of attention. */
export function attentionKeys({ sites, nodes, groups }: GraphData): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const [, node] of sites) {
    keys.add(`node ${node}`);
    for (const group of pathTo(groups, nodes[node]!.group)) keys.add(`group ${group}`);
  }
  return keys;
}

/** Groups of more items than this wait until somebody opens them. */
const MANY = 24;

/** Groups that are opened at first: the largest, until there is something to see. */
export function openAtFirst({ groups }: GraphData, enough = 9): ReadonlySet<number> {
  const open = new Set<number>();
  let seen = groups[0]!.items.length;
  while (seen < enough) {
    const closed = [0, ...open].flatMap((group) => groups[group]!.items.map(groupOf)).filter((group) => group >= 0 && !open.has(group));
    const largest = closed
      .filter((group) => groups[group]!.repeats === 1 && groups[group]!.items.length <= MANY)
      .sort((a, b) => groups[b]!.nodes - groups[a]!.nodes)[0];
    if (largest === undefined) break;
    open.add(largest);
    seen += groups[largest]!.items.length - 1;
  }
  return open;
}

/** The next box from `from` in a direction: near, and little to the side. */
export function nextBox({ boxes }: Scene, from: Box, dx: number, dy: number): Box | null {
  const middle = (box: Box) => ({ x: box.x + box.width / 2, y: box.kind === 'open' ? box.y : box.y + box.height / 2 });
  const start = middle(from);
  let best: Box | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const box of boxes) {
    if (box === from) continue;
    const { x, y } = middle(box);
    const along = (x - start.x) * dx + (y - start.y) * dy;
    const aside = Math.abs((x - start.x) * dy) + Math.abs((y - start.y) * dx);
    const cost = along + 2.5 * aside;
    if (along > 1 && cost < least) [best, least] = [box, cost];
  }
  return best;
}
