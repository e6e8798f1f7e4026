/**
 * Tells regular expressions that can take exponential time: those where one text can run around a loop in two ways, so that a match that fails in the
 * end is tried in 2^n ways (`(a+)+b`).
 *
 * The expression becomes an automaton of its characters (Glushkov). It is exponentially ambiguous if from some state the same text leads back to it by two
 * different paths: if, among pairs of states that read the same text, a pair (p, p) and a pair of different states lie on one cycle. Source: Weideman et
 * al. 2016, "Analyzing matching time behavior of backtracking regular expression matchers", criterion EDA.
 */
import { type Node, parseRegex, type Samples, shareCharacter } from './syntax.ts';

/** Copies that a counted repetition is written out to; beyond, it counts as unlimited. */
const COPIES = 8;
/** States of the largest automaton that is looked through; larger ones are let pass. */
const MOST_STATES = 150;

interface Part {
  readonly nullable: boolean;
  readonly first: readonly number[];
  readonly last: readonly number[];
}

const NOTHING: Part = { nullable: true, first: [], last: [] };

/** States are the characters of the expression; `edges[p]` holds q once for each way from p to q. */
class Automaton {
  readonly sets: Samples[] = [];
  readonly edges: number[][] = [];

  build(node: Node): Part {
    switch (node.kind) {
      case 'chars': {
        const state = this.sets.push(node.set) - 1;
        this.edges.push([]);
        return { nullable: false, first: [state], last: [state] };
      }
      case 'choice': {
        const parts = node.options.map((option) => this.build(option));
        return { nullable: parts.some((p) => p.nullable), first: parts.flatMap((p) => p.first), last: parts.flatMap((p) => p.last) };
      }
      case 'sequence':
        return node.items.map((item) => this.build(item)).reduce((a, b) => this.#joined(a, b), NOTHING);
      case 'repeat':
        return this.#repeated(node);
    }
  }

  #joined(a: Part, b: Part): Part {
    this.#connect(a, b);
    return {
      nullable: a.nullable && b.nullable,
      first: a.nullable ? [...a.first, ...b.first] : a.first,
      last: b.nullable ? [...a.last, ...b.last] : b.last,
    };
  }

  #connect(a: Part, b: Part): void {
    for (const from of a.last) this.edges[from]!.push(...b.first);
  }

  #repeated({ least, most, item }: Node & { kind: 'repeat' }): Part {
    if (most === 0) return NOTHING;
    const endless = most > COPIES;
    let whole = NOTHING;
    for (let n = 1; n <= Math.min(COPIES, endless ? Math.max(1, least) : most); n++) {
      const part = this.build(item);
      const looped = endless && n === Math.min(COPIES, Math.max(1, least));
      if (looped) this.#connect(part, part);
      whole = this.#joined(whole, n > least ? { ...part, nullable: true } : part);
    }
    return whole;
  }
}

/** Whether a repetition stands inside another one: without, no loop can be run in two ways. */
function isNested(node: Node, inside = false): boolean {
  switch (node.kind) {
    case 'chars':
      return false;
    case 'choice':
      return node.options.some((option) => isNested(option, inside)) || (inside && node.options.length > 1);
    case 'sequence':
      return node.items.some((item) => isNested(item, inside));
    case 'repeat':
      return (inside && node.most !== node.least) || isNested(node.item, inside || node.most > 1);
  }
}

/** What is left when nothing behind the expression can fail: a loop at the end is never taken back, so one turn of it stands for all. */
function withoutTail(node: Node): Node {
  if (node.kind === 'repeat') {
    const item = withoutTail(node.item);
    return node.least === 0 ? { kind: 'repeat', least: 0, most: 1, item } : item;
  }
  if (node.kind === 'choice') return { kind: 'choice', options: node.options.map(withoutTail) };
  if (node.kind === 'chars') return node;
  const items = [...node.items];
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i]!;
    items[i] = withoutTail(item);
    if (!(item.kind === 'repeat' && item.least === 0)) break;
  }
  return { kind: 'sequence', items };
}

/** The strongly connected components of a graph, as a number for each node (Tarjan, without recursion). */
function components(count: number, next: (node: number) => readonly number[]): Int32Array {
  const component = new Int32Array(count).fill(-1);
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const open: number[] = [];
  let [visited, found] = [0, 0];
  for (let start = 0; start < count; start++) {
    const path: { node: number; to: readonly number[]; i: number }[] = [];
    const enter = (node: number) => {
      order[node] = low[node] = visited++;
      open.push(node);
      path.push({ node, to: next(node), i: 0 });
    };
    if (order[start] === -1) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const to = top.to[top.i++];
      if (to !== undefined) {
        if (order[to] === -1) enter(to);
        else if (component[to] === -1) low[top.node] = Math.min(low[top.node]!, order[to]!);
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above !== undefined) low[above.node] = Math.min(low[above.node]!, low[top.node]!);
      if (low[top.node] !== order[top.node]) continue;
      for (let node = open.pop()!; ; node = open.pop()!) {
        component[node] = found;
        if (node === top.node) break;
      }
      found++;
    }
  }
  return component;
}

function isAmbiguous({ sets, edges }: Automaton): boolean {
  const n = sets.length;
  if (n > MOST_STATES) return false;
  const compatible = sets.map((a) => sets.map((b) => shareCharacter(a, b)));
  const pairs = (node: number): readonly number[] => {
    const out = new Set<number>();
    for (const p of edges[Math.floor(node / n)]!) for (const q of edges[node % n]!) if (compatible[p]![q]) out.add(p * n + q);
    return [...out];
  };
  const component = components(n * n, pairs);
  const diagonal = new Set(Array.from({ length: n }, (_, p) => component[p * n + p]!));
  for (let p = 0; p < n; p++) {
    for (let q = 0; q < n; q++) if (p !== q && diagonal.has(component[p * n + q]!)) return true;
    const twice = edges[p]!.filter((q, i) => edges[p]!.indexOf(q) !== i);
    if (twice.some((q) => compatible[q]![q] && component[q * n + q] === component[p * n + p])) return true;
  }
  return false;
}

/** Whether a search for this expression (flags gu) can take exponential time. */
export function canExplode(source: string): boolean {
  const { root, inner } = parseRegex(source);
  return [root, ...inner].map(withoutTail).some((node) => {
    if (!isNested(node)) return false;
    const automaton = new Automaton();
    automaton.build(node);
    return isAmbiguous(automaton);
  });
}
