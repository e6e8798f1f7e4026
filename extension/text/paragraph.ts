/** Which part of a text is meant when nothing is selected. Pure: lines in, line numbers out. */

export interface Lines {
  readonly count: number;
  text(line: number): string;
}

/** First and last line of the paragraph around `line`: the lines that no empty line parts from it. Null on an empty line. */
export function paragraphAt(lines: Lines, line: number): { readonly first: number; readonly last: number } | null {
  const filled = (n: number) => n >= 0 && n < lines.count && lines.text(n).trim() !== '';
  if (!filled(line)) return null;
  let first = line;
  while (filled(first - 1)) first -= 1;
  let last = line;
  while (filled(last + 1)) last += 1;
  return { first, last };
}

/** Bytes that no text has: a file with them was opened as text by mistake. */
export function looksBinary(text: string): boolean {
  return text.slice(0, 8000).includes('\u0000');
}
