/** The merges of a BPE model, by token ids: what two neighbours become, and in which order. */
import { type Json, list, malformed } from '../json.ts';

/** Ids above this cannot be paired in one exact number. */
const MOST_ID = 94_906_264;

interface Merge {
  readonly rank: number;
  readonly id: number;
}

/** A word on its way: ids of its symbols and the length that each stands for. */
export interface Symbols {
  readonly ids: number[];
  readonly lengths: number[];
}

export class Merges {
  readonly #merges = new Map<number, Merge>();
  readonly #span: number;

  /**
   * @param prefix what symbols inside words begin with; a merge drops it from its right side
   * @throws HeadlightError 'tokenizer' if a merge is no pair, or its tokens are not in the vocabulary
   */
  constructor(config: Json, vocab: ReadonlyMap<string, number>, prefix: string) {
    let most = 0;
    for (const id of vocab.values()) most = Math.max(most, id);
    if (most > MOST_ID) throw malformed(`the vocabulary has the id ${most}`);
    this.#span = most + 1;
    const idOf = (token: string) => {
      const id = vocab.get(token);
      if (id === undefined) throw malformed(`the merges speak of ${JSON.stringify(token)}, which is not in the vocabulary`);
      return id;
    };
    list(config.merges, 'merges').forEach((merge, rank) => {
      const [left, right] = pairOf(merge);
      this.#merges.set(idOf(left) * this.#span + idOf(right), { rank, id: idOf(left + right.slice(prefix.length)) });
    });
  }

  #of(left: number, right: number): Merge | undefined {
    return this.#merges.get(left * this.#span + right);
  }

  /** Merges neighbours, the lowest rank first and of equal ones the leftmost, until none can be. Cost: n·log n for n symbols. */
  apply({ ids, lengths }: Symbols): Symbols {
    const n = ids.length;
    const next = Int32Array.from({ length: n }, (_, i) => (i + 1 < n ? i + 1 : -1));
    const previous = Int32Array.from({ length: n }, (_, i) => i - 1);
    const queue = new Queue();
    const consider = (at: number) => {
      const right = at < 0 ? -1 : next[at]!;
      const merge = right < 0 ? undefined : this.#of(ids[at]!, ids[right]!);
      if (merge) queue.push(merge.rank, at, merge.id);
    };
    for (let at = 0; at < n; at++) consider(at);
    for (let best = queue.pop(); best !== null; best = queue.pop()) {
      const { at, id } = best;
      const right = ids[at]! < 0 ? -1 : next[at]!;
      // The neighbours may have become something else since they were queued.
      if (right < 0 || this.#of(ids[at]!, ids[right]!)?.id !== id) continue;
      ids[at] = id;
      lengths[at]! += lengths[right]!;
      ids[right] = -1;
      next[at] = next[right]!;
      if (next[at]! >= 0) previous[next[at]!] = at;
      consider(previous[at]!);
      consider(at);
    }
    return { ids: ids.filter((id) => id >= 0), lengths: lengths.filter((_, i) => ids[i]! >= 0) };
  }
}

/** Both spellings of a merge, `"a b"` and `["a", "b"]`. */
function pairOf(merge: unknown): readonly [string, string] {
  const pair = typeof merge === 'string' ? merge.split(' ') : list(merge, 'a merge');
  const [left, right] = pair;
  if (pair.length !== 2 || typeof left !== 'string' || typeof right !== 'string') throw malformed('a merge is not a pair of tokens');
  return [left, right];
}

interface Entry {
  readonly rank: number;
  readonly at: number;
  readonly id: number;
}

/** A binary heap: the lowest rank first, of equal ones the leftmost. */
class Queue {
  readonly #heap: Entry[] = [];

  push(rank: number, at: number, id: number): void {
    const heap = this.#heap;
    const entry = { rank, at, id };
    let i = heap.length;
    for (; i > 0 && before(entry, heap[(i - 1) >> 1]!); i = (i - 1) >> 1) heap[i] = heap[(i - 1) >> 1]!;
    heap[i] = entry;
  }

  pop(): Entry | null {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    if (heap.length === 0) return first;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= heap.length) break;
      const least = left + 1 < heap.length && before(heap[left + 1]!, heap[left]!) ? left + 1 : left;
      if (before(last, heap[least]!)) break;
      heap[i] = heap[least]!;
      i = least;
    }
    heap[i] = last;
    return first;
  }
}

const before = (a: Entry, b: Entry): boolean => a.rank < b.rank || (a.rank === b.rank && a.at < b.at);
