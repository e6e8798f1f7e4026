/**
 * One level of the graph as it is drawn: the items of an open group, what comes in from outside, what goes out, and the edges between them.
 * Nodes that only hold a constant are not drawn: they are tensors, which the nodes that use them list.
 */
import { type GraphData, groupOf, INPUT, isConstant, STORED } from './types.ts';

/** What stands in a level: an item of the group, or a value that comes from outside (`in`) or is used outside (`out`). */
export type LevelItem =
  | { readonly kind: 'node'; readonly node: number }
  | { readonly kind: 'group'; readonly group: number }
  | { readonly kind: 'in' | 'out'; readonly value: number }
  /** More values than are drawn one by one. */
  | { readonly kind: 'more in' | 'more out'; readonly values: readonly number[] };

export interface LevelEdge {
  /** Places in the list of items. */
  readonly from: number;
  readonly to: number;
  readonly values: readonly number[];
}

export interface Level {
  readonly items: readonly LevelItem[];
  readonly edges: readonly LevelEdge[];
}

/** Values that come in or go out beyond this number are drawn as one. */
const PORTS = 10;

/** The child of `group` that holds a node, for every node in it: places in the group's list of items; −1 for nodes elsewhere. */
function holders(data: GraphData, group: number): Int32Array {
  const place = new Int32Array(data.nodes.length).fill(-1);
  const mark = (item: number, at: number): void => {
    const inner = groupOf(item);
    if (inner < 0) place[item] = at;
    else for (const one of data.groups[inner]!.items) mark(one, at);
  };
  data.groups[group]!.items.forEach(mark);
  return place;
}

export function levelOf(data: GraphData, group: number): Level {
  const { items } = data.groups[group]!;
  const holder = holders(data, group);
  const drawn = items.flatMap((item, at) => (groupOf(item) < 0 && isConstant(data.nodes[item]!) ? [] : [at]));
  const placeOf = new Map(drawn.map((at, i) => [at, i]));
  const flows = flowsOf(data, holder, group);
  const inside = drawn.map((at): LevelItem => {
    const item = items[at]!;
    return groupOf(item) < 0 ? { kind: 'node', node: item } : { kind: 'group', group: groupOf(item) };
  });
  const incoming = ports([...flows.in.keys()], 'in');
  const outgoing = ports([...flows.out.keys()], 'out');
  const all = [...incoming, ...inside, ...outgoing];
  const base = incoming.length;
  const edges = new Map<string, { from: number; to: number; values: number[] }>();
  const connect = (from: number | undefined, to: number | undefined, value: number) => {
    if (from === undefined || to === undefined || from === to) return;
    const edge = edges.get(`${from} ${to}`) ?? { from, to, values: [] };
    edges.set(`${from} ${to}`, edge);
    if (!edge.values.includes(value)) edge.values.push(value);
  };
  const inner = (at: number) => (placeOf.has(at) ? placeOf.get(at)! + base : undefined);
  for (const [value, users] of flows.in) for (const to of users) connect(portOf(incoming, value, 0), inner(to), value);
  for (const { from, to, value } of flows.between) connect(inner(from), inner(to), value);
  for (const [value, from] of flows.out) connect(inner(from), portOf(outgoing, value, base + inside.length), value);
  return { items: all, edges: [...edges.values()] };
}

interface Flows {
  /** Values from outside, and the children that use them. */
  readonly in: ReadonlyMap<number, ReadonlySet<number>>;
  readonly between: readonly { readonly from: number; readonly to: number; readonly value: number }[];
  /** Values that are used outside, and the child that makes them. */
  readonly out: ReadonlyMap<number, number>;
}

function flowsOf(data: GraphData, holder: Int32Array, group: number): Flows {
  const incoming = new Map<number, Set<number>>();
  const between: { from: number; to: number; value: number }[] = [];
  const outgoing = new Map<number, number>();
  data.nodes.forEach(({ inputs }, node) => {
    const to = holder[node]!;
    for (const value of inputs) {
      if (value < 0 || data.values[value]!.producer === STORED) continue;
      const { producer } = data.values[value]!;
      const from = producer === INPUT ? -1 : holder[producer]!;
      if (producer >= 0 && isConstant(data.nodes[producer]!)) continue;
      if (to >= 0 && from >= 0) between.push({ from, to, value });
      else if (to >= 0) incoming.set(value, (incoming.get(value) ?? new Set()).add(to));
      else if (from >= 0) outgoing.set(value, from);
    }
  });
  for (const value of data.outputs) {
    const { producer } = data.values[value]!;
    if (producer >= 0 && holder[producer]! >= 0) outgoing.set(value, holder[producer]!);
    else if (producer === INPUT && group === 0 && !incoming.has(value)) incoming.set(value, new Set());
  }
  return { in: incoming, between, out: outgoing };
}

function ports(values: readonly number[], kind: 'in' | 'out'): LevelItem[] {
  const single = values.length <= PORTS ? values : values.slice(0, PORTS - 1);
  const rest = values.slice(single.length);
  return [
    ...single.map((value): LevelItem => ({ kind, value })),
    ...(rest.length > 0 ? [{ kind: `more ${kind}`, values: rest } as const] : []),
  ];
}

function portOf(items: readonly LevelItem[], value: number, base: number): number {
  const at = items.findIndex((item) => 'value' in item && item.value === value);
  return base + (at >= 0 ? at : items.length - 1);
}
