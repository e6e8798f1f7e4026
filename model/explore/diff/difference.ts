/**
 * What differs between two tensors of any size and type, streamed: both are read in pieces, once, and never kept whole. Sums in float64.
 *
 *     Δ = other − base        ‖Δ‖ = √ Σ Δ²        cos = Σ base · other / (‖base‖ ‖other‖)
 */
import { HeadlightError } from '../../errors.ts';
import type { Difference } from '../../protocol/diff.ts';
import { sizeOf } from '../../tensor.ts';
import type { Numbers } from '../numbers.ts';
import type { Series } from '../series.ts';
import type { Watch } from '../statistics.ts';

/** Numbers that are read of each at a time. */
const PIECE = 1 << 20;
/** Numbers of the first that are held while the second is read across. */
const BAND = 1 << 24;

type Plain = Exclude<Numbers, BigInt64Array | BigUint64Array>;
const isWide = (numbers: Numbers): numbers is BigInt64Array | BigUint64Array =>
  numbers instanceof BigInt64Array || numbers instanceof BigUint64Array;

export class Sums {
  squares = 0;
  base = 0;
  other = 0;
  product = 0;
  largest = 0;
  changed = 0;
  count = 0;
  notFinite = 0;

  /** Takes `count` pairs: `a[from + i · step]` with `b[at + i]`. */
  add(a: Numbers, from: number, step: number, b: Numbers, at: number, count: number): void {
    this.count += count;
    if (isWide(a) || isWide(b)) this.#addWide(a, from, step, b, at, count);
    else this.#addPlain(a, from, step, b, at, count);
  }

  /** The loop that counts: no branch but those that are needed. x − x is 0 for finite numbers only. */
  #addPlain(a: Plain, from: number, step: number, b: Plain, at: number, count: number): void {
    let [squares, base, other, product, largest, changed] = [0, 0, 0, 0, 0, 0];
    for (let i = 0, j = from; i < count; i++, j += step) {
      const x = a[j]!;
      const y = b[at + i]!;
      const delta = y - x;
      if (delta - delta !== 0) {
        this.#odd(x, y);
        continue;
      }
      base += x * x;
      other += y * y;
      product += x * y;
      if (delta === 0) continue;
      changed += 1;
      squares += delta * delta;
      const size = delta < 0 ? -delta : delta;
      if (size > largest) largest = size;
    }
    this.squares += squares;
    this.base += base;
    this.other += other;
    this.product += product;
    this.changed += changed;
    if (largest > this.largest) this.largest = largest;
  }

  /** Integers of 64 bits: compared as they are, summed as float64. */
  #addWide(a: Numbers, from: number, step: number, b: Numbers, at: number, count: number): void {
    const [x, y] = [new Float64Array(1), new Float64Array(1)];
    for (let i = 0; i < count; i++) {
      const [first, second] = [a[from + i * step]!, b[at + i]!];
      x[0] = Number(first);
      y[0] = Number(second);
      // biome-ignore lint/suspicious/noDoubleEquals: 3n == 3, and both are compared without being rounded
      if (first != second && x[0] === y[0]) this.changed += 1;
      this.#addPlain(x, 0, 1, y, 0, 1);
    }
  }

  /** A pair whose difference is no finite number: left out of the sums, and equal only where both are the same. */
  #odd(x: number, y: number): void {
    if (Object.is(x, y)) return;
    this.notFinite += 1;
    this.changed += 1;
  }

  result(turned: boolean): Difference {
    const [delta, baseNorm, otherNorm] = [Math.sqrt(this.squares), Math.sqrt(this.base), Math.sqrt(this.other)];
    const { largest, changed, count, notFinite } = this;
    const cosine = baseNorm > 0 && otherNorm > 0 ? this.product / baseNorm / otherNorm : null;
    return { delta, baseNorm, otherNorm, largest, cosine, changed, count, notFinite, turned };
  }
}

/**
 * Number by number, in the order of the file.
 * @param count numbers of both that are compared, from the first on
 */
export async function straight(base: Series, other: Series, count: number, watch: Watch): Promise<Difference> {
  const sums = new Sums();
  for (let start = 0; start < count; start += PIECE) {
    const length = Math.min(PIECE, count - start);
    const [a, b] = await Promise.all([base.read(start, length), other.read(start, length)]);
    sums.add(a, 0, 1, b, 0, length);
    watch.progress((start + length) / count);
    await watch.check();
  }
  return sums.result(false);
}

/**
 * base[r, c] with other[c, r]. A band of rows of the first is held while the rows of the second are read across it.
 * @param base [R, C]
 * @param other [C, R]
 * @throws HeadlightError `shape` for shapes that are not each other's transposed
 */
export async function turned(base: Series, other: Series, watch: Watch): Promise<Difference> {
  const [R = 0, C = 0] = base.shape;
  if (base.shape.length !== 2 || other.shape.length !== 2 || other.shape[0] !== C || other.shape[1] !== R) {
    const words = [base, other].map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(' and ');
    throw new HeadlightError('shape', `${words} are not each other's transposed.`);
  }
  const sums = new Sums();
  const bandRows = Math.max(1, Math.floor(BAND / Math.max(1, C)));
  for (let first = 0; first < R; first += bandRows) {
    const rows = Math.min(bandRows, R - first);
    const band = await base.read(first * C, rows * C);
    // Rows of the second that are read together: all that fit where the band is as wide as they are, else one.
    const together = rows === R ? Math.max(1, Math.floor(PIECE / R)) : 1;
    for (let c = 0; c < C; c += together) {
      const lines = Math.min(together, C - c);
      const read = await other.read(c * R + first, lines === 1 ? rows : lines * R);
      for (let i = 0; i < lines; i++) sums.add(band, c + i, C, read, i * R, rows);
      if (c % 64 === 0 || together > 1) {
        watch.progress((first * C + rows * (c + lines)) / (R * C));
        await watch.check();
      }
    }
  }
  return sums.result(true);
}

/** The nearer of both ways; a pair that is equal as it stands is not read a second time. */
export async function nearer(base: Series, other: Series, watch: Watch): Promise<Difference> {
  const half = (from: number): Watch => ({ progress: (done) => watch.progress(from + done / 2), check: () => watch.check() });
  const plain = await straight(base, other, sizeOf(base.shape), half(0));
  if (plain.changed === 0) return plain;
  const across = await turned(base, other, half(0.5));
  return across.delta < plain.delta ? across : plain;
}
