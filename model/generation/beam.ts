/**
 * Beam search: the W most probable beginnings side by side, as a tree.
 *
 *     score = Σ log pᵢ        a text that ended is ranked by score / length
 *
 * Every step continues the open beams by all tokens, and the 2·W best continuations are looked at in order: a token that ends the text closes
 * its beam if it is among the first W, the others fill the W places of the next step. The search is over when W texts have ended and no open
 * beam can rank higher, or at the longest length.
 *
 * Source: Sutskever et al. 2014, "Sequence to Sequence Learning", 3.2; Hugging Face `BeamSearchScorer` with `length_penalty` 1.
 */
import { largestOf, logSumExp } from '../predictions/shares.ts';

/** Most beams that are followed. */
export const WIDEST = 8;

export interface BeamNode {
  /** Place in the tree's list. */
  readonly index: number;
  /** Index of the node before, −1 for the first token. */
  readonly parent: number;
  readonly id: number;
  /** log p of the token after what stands before it, natural. */
  readonly logProbability: number;
  /** Σ log p from the start. */
  readonly score: number;
  /** Tokens from the start, this one among them. */
  readonly length: number;
  readonly ended: boolean;
}

export interface BeamTree {
  readonly width: number;
  readonly nodes: readonly BeamNode[];
  /** Indices of beams that may grow; empty when the search is over. −1 is the start. */
  readonly open: readonly number[];
  /** Indices of texts that ended, best first. */
  readonly done: readonly number[];
}

export function plantTree(width: number): BeamTree {
  return { width: Math.max(1, Math.min(WIDEST, width)), nodes: [], open: [-1], done: [] };
}

/** The tokens from the start to a node. */
export function idsTo({ nodes }: BeamTree, index: number): number[] {
  const ids: number[] = [];
  for (let at = index; at >= 0; at = nodes[at]!.parent) ids.push(nodes[at]!.id);
  return ids.reverse();
}

const rank = ({ score, length }: BeamNode) => score / length;

/**
 * One step of the search.
 * @param logits of every open beam, in their order
 * @param ends tokens that end a text
 * @param longest tokens of a text at which the search is over
 */
export function growTree(tree: BeamTree, logits: readonly Float32Array[], ends: ReadonlySet<number>, longest: number): BeamTree {
  const nodes = [...tree.nodes];
  const done = [...tree.done];
  const open: number[] = [];
  for (const [place, node] of continuations(tree, logits).entries()) {
    if (open.length === tree.width) break;
    const ended = ends.has(node.id);
    if (ended && place >= tree.width) continue;
    const index = nodes.push({ ...node, index: nodes.length, ended }) - 1;
    (ended ? done : open).push(index);
  }
  const ranked = done.sort((a, b) => rank(nodes[b]!) - rank(nodes[a]!)).slice(0, tree.width);
  const over = isOver(nodes, ranked, open, tree.width) || open.every((index) => nodes[index]!.length >= longest);
  return { ...tree, nodes, open: over ? [] : open, done: over ? finished(nodes, ranked, open, tree.width) : ranked };
}

type Continuation = Omit<BeamNode, 'index' | 'ended'>;

/** The best 2·W continuations of all open beams, best first. */
function continuations({ width, nodes, open }: BeamTree, logits: readonly Float32Array[]): Continuation[] {
  const all = open.flatMap((parent, beam) => {
    const row = logits[beam]!;
    const sum = logSumExp(row);
    const before = nodes[parent];
    return largestOf(row, 2 * width)
      .filter((id) => row[id]! > Number.NEGATIVE_INFINITY)
      .map((id): Continuation => {
        const logProbability = row[id]! - sum;
        return { parent, id, logProbability, score: (before?.score ?? 0) + logProbability, length: (before?.length ?? 0) + 1 };
      });
  });
  return all.sort((a, b) => b.score - a.score).slice(0, 2 * width);
}

/** No open beam can rank higher than the worst text that ended: a longer text has a lower score and, at best, the same score a token. */
function isOver(nodes: readonly BeamNode[], done: readonly number[], open: readonly number[], width: number): boolean {
  if (open.length === 0) return true;
  if (done.length < width) return false;
  const best = Math.max(...open.map((index) => rank(nodes[index]!)));
  return best <= rank(nodes[done.at(-1)!]!);
}

/** At the end, texts that were still open are ranked beside those that ended, where there are fewer than W of these. */
function finished(nodes: readonly BeamNode[], done: readonly number[], open: readonly number[], width: number): number[] {
  const texts = done.length < width ? [...done, ...open] : [...done];
  return texts.sort((a, b) => rank(nodes[b]!) - rank(nodes[a]!)).slice(0, width);
}
