/** Which tensors the list shows, and in what order. Pure. */
import type { TensorRow } from '../../../model/protocol/explorer.ts';

export type Order = 'file' | 'name' | 'type' | 'shape' | 'size';

export interface Asked {
  /** Words that must all be in name, type or shape; `>1M`, `<4k` ask for a number of values. */
  readonly words: string;
  readonly dtype: string;
  readonly order: Order;
  readonly down: boolean;
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, b: 1e9, g: 1e9 };

type Test = (row: TensorRow, text: string) => boolean;

/** `768×768`, `768 x 768` and `768,768` are the same shape. */
const plain = (text: string) => text.toLowerCase().replaceAll(/(\d)\s*[x×,]\s*(?=\d)/g, '$1×');

function testOf(word: string): Test {
  const size = /^([<>])=?(\d+(?:\.\d+)?)([kmgb]?)$/.exec(word);
  if (!size) return (_, text) => text.includes(word);
  const limit = Number(size[2]) * UNITS[size[3]!]!;
  return size[1] === '>' ? ({ values }) => values >= limit : ({ values }) => values <= limit;
}

/** Rows that fit what is asked, in its order; rows of equal rank stay in the order of the file. */
export function chosenRows(rows: readonly TensorRow[], { words, dtype, order, down }: Asked): readonly TensorRow[] {
  const tests = plain(words).split(/\s+/).filter(Boolean).map(testOf);
  const textOf = ({ name, dtype: type, shape }: TensorRow) => `${name.toLowerCase()} ${type} ${shape.join('×')}`;
  const fits = rows.filter((row) => (dtype === '' || row.dtype === dtype) && tests.every((test) => test(row, textOf(row))));
  if (order === 'file') return down ? fits.reverse() : fits;
  const sign = down ? -1 : 1;
  return fits.sort((a, b) => sign * compare(a, b, order));
}

const collator = new Intl.Collator('en', { numeric: true });

function compare(a: TensorRow, b: TensorRow, order: Exclude<Order, 'file'>): number {
  switch (order) {
    case 'name':
      return collator.compare(a.name, b.name);
    case 'type':
      return a.dtype.localeCompare(b.dtype);
    case 'shape':
      return a.shape.length - b.shape.length || collator.compare(a.shape.join('×'), b.shape.join('×'));
    case 'size':
      return a.bytes - b.bytes;
  }
}

/** Rows that a window of a list of equal heights shows. */
export function shownRange(
  count: number,
  top: number,
  height: number,
  row: number,
  spare = 6,
): { readonly from: number; readonly to: number } {
  const from = Math.max(0, Math.floor(top / row) - spare);
  return { from, to: Math.min(count, Math.ceil((top + height) / row) + spare) };
}
