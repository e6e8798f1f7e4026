/** Aligning two sequences of tokens: what both have stays together, the rest is shown as being in one of them only. */

/** A place of the alignment: a token of the first, of the second, or one of each that are equal. */
export interface Pair {
  readonly first: number | null;
  readonly second: number | null;
}

/**
 * The shortest way from one sequence to the other, as places in order: every token of both stands in exactly one place, equal tokens of a
 * place belong together, and as many belong together as can without crossing.
 * Cost: (N + M) · D for D tokens that are in one only; memory D².
 * Source: Myers 1986, An O(ND) Difference Algorithm and Its Variations, section 4.
 */
export function align(first: readonly string[], second: readonly string[]): Pair[] {
  const start = commonStart(first, second);
  const end = commonEnd(first, second, start);
  const [N, M] = [first.length - start - end, second.length - start - end];
  const equal = (x: number, y: number) => first[start + x] === second[start + y];
  return [
    ...Array.from({ length: start }, (_, i) => ({ first: i, second: i })),
    ...path(N, M, equal).map((p) => ({ first: shift(p.first, start), second: shift(p.second, start) })),
    ...Array.from({ length: end }, (_, i) => ({ first: start + N + i, second: start + M + i })),
  ];
}

const shift = (index: number | null, by: number): number | null => (index === null ? null : index + by);

function commonStart(first: readonly string[], second: readonly string[]): number {
  let n = 0;
  while (n < first.length && n < second.length && first[n] === second[n]) n++;
  return n;
}

function commonEnd(first: readonly string[], second: readonly string[], start: number): number {
  const most = Math.min(first.length, second.length) - start;
  let n = 0;
  while (n < most && first[first.length - 1 - n] === second[second.length - 1 - n]) n++;
  return n;
}

type Equal = (x: number, y: number) => boolean;

/** Places of the N × M problem, from the furthest reaching points of each number of differences d back to the start. */
function path(N: number, M: number, equal: Equal): Pair[] {
  const rounds = furthest(N, M, equal);
  const pairs: Pair[] = [];
  let [x, y] = [N, M];
  for (let d = rounds.length - 1; d >= 0; d--) {
    const before = d === 0 ? 0 : previous(rounds[d - 1]!, d, x - y);
    const [fromX, fromY] = d === 0 ? [0, 0] : [rounds[d - 1]![before + d - 1]!, rounds[d - 1]![before + d - 1]! - before];
    while (x > fromX && y > fromY) pairs.push({ first: --x, second: --y });
    if (x > fromX) pairs.push({ first: --x, second: null });
    else if (y > fromY) pairs.push({ first: null, second: --y });
  }
  return pairs.reverse();
}

/** The diagonal k = x − y of round d − 1 from which round d reached diagonal `k`. */
function previous(round: Int32Array, d: number, k: number): number {
  const reached = (diagonal: number) => round[diagonal + d - 1] ?? -1;
  return k === -d || (k !== d && reached(k - 1) < reached(k + 1)) ? k + 1 : k - 1;
}

/** For each number of differences d the largest x on each diagonal k from −d to d (at index k + d); every second one is used. */
function furthest(N: number, M: number, equal: Equal): Int32Array[] {
  const rounds: Int32Array[] = [];
  for (let d = 0; ; d++) {
    const round = new Int32Array(2 * d + 1);
    rounds.push(round);
    for (let k = -d; k <= d; k += 2) {
      let x = d === 0 ? 0 : begin(rounds[d - 1]!, d, k);
      while (x < N && x - k < M && equal(x, x - k)) x++;
      round[k + d] = x;
      if (x >= N && x - k >= M) return rounds;
    }
  }
}

/** Where diagonal k begins in round d: a step down from diagonal k + 1, or to the right from k − 1. */
function begin(round: Int32Array, d: number, k: number): number {
  const from = previous(round, d, k);
  const x = round[from + d - 1]!;
  return from === k + 1 ? x : x + 1;
}
