import type { Traced } from '../traced.ts';
import { SCRIPTS } from '../unicode/scripts.ts';
import type { PreTokenizer } from './index.ts';

/** Runs of characters of one script, ascending. */
interface Runs {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly script: readonly number[];
}

function runsOf(packed: string): Runs {
  const runs = { first: [] as number[], last: [] as number[], script: [] as number[] };
  const numbers = packed.split(' ').map((word) => Number.parseInt(word, 36));
  let at = 0;
  for (let i = 0; i < numbers.length; i += 3) {
    runs.first.push(at + numbers[i]!);
    at += numbers[i]! + numbers[i + 1]!;
    runs.last.push(at);
    runs.script.push(numbers[i + 2]!);
  }
  return runs;
}

/** The script's number, null for a character of none (the space, unassigned ones). */
function scriptOf({ first, last, script }: Runs, c: number): number | null {
  let low = 0;
  let high = first.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (last[middle]! < c) low = middle + 1;
    else high = middle;
  }
  return low < first.length && first[low]! <= c ? script[low]! : null;
}

/**
 * UnicodeScripts: cuts where the script changes. Kana count as Han, common characters (digits, punctuation) as a script of their own; characters of none
 * stay with what precedes them, and vanish where nothing does.
 */
export function unicodeScripts(): PreTokenizer {
  const runs = runsOf(SCRIPTS);
  return (piece) => {
    const starts: number[] = [];
    let before: number | null = null;
    for (let i = 0; i < piece.length; i++) {
      const script = scriptOf(runs, piece.char(i));
      if (script === null) continue;
      if (script !== before) starts.push(i);
      before = script;
    }
    return starts.map((a, n): Traced => piece.slice(a, starts[n + 1] ?? piece.length));
  };
}
