/** The formats that a head's weights are exported in. Pure. */
import type { Token } from '../model/protocol/panel.ts';

export interface ExportedHead {
  readonly model: string;
  readonly text: string;
  readonly kind: string;
  /** Count from 0, as in all data. */
  readonly layer: number;
  readonly head: number;
  readonly queries: readonly Token[];
  readonly keys: readonly Token[];
  /** [T][S] */
  readonly rows: readonly Float32Array[];
}

/** A number that reads back as the same float32, without the digits of its float64. */
function exact(weight: number): string {
  for (let digits = 6; digits <= 9; digits++) {
    const short = weight.toPrecision(digits);
    if (Math.fround(Number(short)) === weight) return String(Number(short));
  }
  return String(weight);
}

/** A field of a table. Spreadsheets take a leading sign for a formula: it gets an apostrophe. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** Keys across, queries down. */
export function toCsv({ queries, keys, rows }: ExportedHead): string {
  const header = ['query \\ key', ...keys.map(({ piece }) => field(piece))].join(',');
  const lines = rows.map((row, query) => [field(queries[query]?.piece ?? ''), ...Array.from(row, exact)].join(','));
  return `${[header, ...lines].join('\n')}\n`;
}

export function toJson({ rows, queries, keys, ...head }: ExportedHead): string {
  const tokens = (list: readonly Token[]) => list.map(({ id, piece, start, end }) => ({ id, piece, start, end }));
  const weights = rows.map((row) => Array.from(row, (weight) => Number(exact(weight))));
  return `${JSON.stringify({ ...head, layersAndHeadsCountFrom: 0, queries: tokens(queries), keys: tokens(keys), weights })}\n`;
}
