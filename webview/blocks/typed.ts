/** Tables of numbers as people type them: texts that may be wrong, read cell by cell, and what is wrong said in a sentence. */
import type { Numbers } from './compute.ts';

export type Texts = readonly (readonly string[])[];

/** Longest side of a table: what still stands beside another on a narrow panel. */
export const MOST = 12;

/** A cell that is no number. */
export interface Problem {
  readonly row: number;
  readonly column: number;
  readonly sentence: string;
}

export interface Read {
  /** Null as long as a cell is wrong. */
  readonly numbers: Numbers | null;
  readonly problems: readonly Problem[];
}

const NUMBER = /^[+\-−]?(\d+([.,]\d*)?|[.,]\d+)(e[+\-−]?\d+)?$/iu;

/** A number with point or comma; null for anything else, and for what float32 cannot hold. */
export function numberOf(text: string): number | null {
  const bare = text.trim();
  if (!NUMBER.test(bare)) return null;
  const value = Math.fround(Number(bare.replace(',', '.').replaceAll('−', '-')));
  return Number.isFinite(value) ? value : null;
}

/** @param name of the table in a sentence: `the input` */
export function readTable(name: string, texts: Texts): Read {
  const problems: Problem[] = [];
  const numbers = texts.map((cells, row) =>
    cells.map((text, column) => {
      const value = numberOf(text);
      if (value === null) problems.push({ row, column, sentence: wrongWords(name, text, row, column) });
      return value ?? 0;
    }),
  );
  return { numbers: problems.length > 0 ? null : numbers, problems };
}

function wrongWords(name: string, text: string, row: number, column: number): string {
  const bare = text.trim();
  const place = `Row ${row + 1}, column ${column + 1} of ${name}`;
  if (bare === '') return `${place} is empty.`;
  const short = bare.length > 20 ? `${bare.slice(0, 20)}…` : bare;
  return NUMBER.test(bare) ? `${place} is “${short}”, which is too large.` : `${place} is “${short}”, which is no number.`;
}

/** The same table with other lengths: what stands there stays, what is new is 0. */
export function resized(texts: Texts, rows: number, columns: number): string[][] {
  return Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => texts[row]?.[column] ?? '0'));
}

/** With one cell changed. */
export function withCell(texts: Texts, row: number, column: number, text: string): string[][] {
  return texts.map((cells, r) => cells.map((old, c) => (r === row && c === column ? text : old)));
}

/** Rows and columns of a pasted text, with blanks, tabs or commas between the numbers; brackets are left out. Null for a single number. */
export function pastedTable(text: string): string[][] | null {
  const lines = text
    .replace(/\]\s*,?/gu, '\n')
    .replace(/[[(){}]/gu, ' ')
    .split(/[\n;]/u);
  const rows = lines.map(cellsOf).filter((cells) => cells.length > 0);
  return rows.length > 1 || (rows[0]?.length ?? 0) > 1 ? rows : null;
}

/** A comma between digits is a decimal one where blanks or tabs stand between the numbers too. */
function cellsOf(line: string): string[] {
  const apart = line.trim().split(/\s+/u).filter(Boolean);
  const cells = apart.length === 1 && apart[0]!.split(',').length > 1 ? apart[0]!.split(',') : apart;
  return cells.map((cell) => cell.replace(/,$/u, '')).filter((cell) => cell !== '');
}

/** Pasted rows laid over a table, from a cell on; what does not fit is left out. */
export function pastedAt(texts: Texts, row: number, column: number, pasted: Texts): string[][] {
  return texts.map((cells, r) => cells.map((old, c) => pasted[r - row]?.[c - column] ?? old));
}

export const textsOf = (numbers: Numbers): string[][] => numbers.map((row) => row.map(String));
