/** Compares encodings with what the Rust library said: an `oracle.jsonl` line each. */
import type { Encoding } from '../../../model/text/index.ts';

export interface OracleLine {
  readonly text: string;
  readonly pair?: string;
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
  readonly offsets_utf16: readonly (readonly [number, number])[];
  readonly special_mask: readonly number[];
  readonly word_ids: readonly (number | null)[];
  readonly sequence_ids?: readonly (number | null)[];
}

/** A line of an oracle file. */
export function oracleLine(json: string): OracleLine {
  const line = JSON.parse(json) as OracleLine;
  const n = line.ids.length;
  const lists = [line.tokens, line.offsets_utf16, line.special_mask, line.word_ids, line.sequence_ids ?? line.ids];
  if (typeof line.text !== 'string' || lists.some((l) => l.length !== n)) throw new Error(`not an oracle line: ${json.slice(0, 100)}`);
  return line;
}

/** The first difference in words, null if there is none. */
export function difference(encoding: Encoding, line: OracleLine): string | null {
  const { tokens } = encoding;
  if (tokens.length !== line.ids.length)
    return `${tokens.length} tokens, the oracle has ${line.ids.length}: ${sideBySide(encoding, line, 0)}`;
  for (const [i, token] of tokens.entries()) {
    const [start, end] = line.offsets_utf16[i]!;
    const sequence = line.sequence_ids?.[i];
    const same =
      token.id === line.ids[i] &&
      token.piece === line.tokens[i] &&
      token.start === start &&
      token.end === end &&
      Number(token.special) === line.special_mask[i] &&
      token.word === line.word_ids[i] &&
      (sequence === undefined || sequence === null || sequence === token.segment);
    if (!same) return sideBySide(encoding, line, i);
  }
  return null;
}

function sideBySide(encoding: Encoding, line: OracleLine, around: number): string {
  const rows = [];
  for (let i = Math.max(0, around - 2); i < around + 6; i++) {
    const t = encoding.tokens[i];
    const mine = t === undefined ? '-' : `${t.id} ${JSON.stringify(t.piece)} [${t.start},${t.end}) ${Number(t.special)} w${t.word}`;
    const theirs = `${line.ids[i]} ${JSON.stringify(line.tokens[i])} [${line.offsets_utf16[i]}) ${line.special_mask[i]} w${line.word_ids[i]}`;
    rows.push(`${i === around ? '>' : ' '} ${i}: ${mine} | oracle ${theirs}`);
  }
  return `${JSON.stringify(line.text.slice(0, 80))}${line.pair === undefined ? '' : ` + ${JSON.stringify(line.pair.slice(0, 40))}`}\n${rows.join('\n')}`;
}
