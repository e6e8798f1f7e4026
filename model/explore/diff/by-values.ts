/**
 * Finds tensors of other names by what they hold: the first numbers of the first row, or of the first column where an exporter exchanged the
 * axes. Only what is equal is found; a tensor that two of the other side fit is left alone.
 */
import type { TensorFacts } from '../../protocol/diff.ts';
import type { Series } from '../series.ts';

/** Numbers that are looked at, and how few are too few. */
const LOOKED = 12;
const LEAST = 4;

type Open = (name: string) => Series;

/** Pairs of equal beginnings; a few hundred bytes are read of each tensor. */
export async function byValues(
  left: readonly TensorFacts[],
  openLeft: Open,
  right: readonly TensorFacts[],
  openRight: Open,
): Promise<[TensorFacts, TensorFacts][]> {
  const theirs = new Map<string, TensorFacts | null>();
  const put = (key: string | null, tensor: TensorFacts) => {
    if (key === null) return;
    const known = theirs.get(key);
    theirs.set(key, known === undefined || known === tensor ? tensor : null);
  };
  for (const tensor of right) {
    const series = openRight(tensor.name);
    put(await rowKey(series), tensor);
    put(await columnKey(series), tensor);
  }
  const taken = new Set<TensorFacts>();
  const found: [TensorFacts, TensorFacts][] = [];
  for (const tensor of left) {
    const key = await rowKey(openLeft(tensor.name));
    const match = key === null ? null : theirs.get(key);
    if (!match || taken.has(match)) continue;
    taken.add(match);
    found.push([tensor, match]);
  }
  return found;
}

/** Of a matrix its first row, so that it can be met by a column; of anything else its first numbers. */
async function rowKey({ shape, read }: Series): Promise<string | null> {
  const length = shape.length === 2 ? shape[1]! : shape.reduce((all, n) => all * n, 1);
  if (length < LEAST) return null;
  return keyOf([...(await read(0, Math.min(LOOKED, length)))], shape);
}

/** The first column of a matrix, under the shape that it has when it is exchanged. */
async function columnKey({ shape, read }: Series): Promise<string | null> {
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2 || rows < LEAST) return null;
  const values = await Promise.all(Array.from({ length: Math.min(LOOKED, rows) }, async (_, r) => (await read(r * columns, 1))[0]!));
  return keyOf(values, [columns, rows]);
}

/** Null where the numbers are all the same: zeros, ones. */
function keyOf(values: readonly (number | bigint)[], shape: readonly number[]): string | null {
  if (values.every((value) => value === values[0])) return null;
  return `${shape.join('×')} ${values.map((value) => Math.fround(Number(value))).join(' ')}`;
}
