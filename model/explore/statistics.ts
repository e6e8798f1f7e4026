/**
 * Statistics of a tensor of any size, streamed: its numbers are read in pieces, twice (four times for 64-bit types), and never kept.
 *
 * Everything but the counts is of the finite values. Mean and standard deviation in float64, the deviation about the mean that the first pass
 * found (two-pass, biased: divided by n). Quantiles are exact: order statistics by counting digits of 16 bits, with linear interpolation
 * between neighbours (Hyndman and Fan's definition 7, NumPy's default). The histogram has equal bins from the least to the greatest value, the
 * last one closed on both sides.
 */
import { sizeOf } from '../tensor.ts';
import { fromKey, type Keys, keysOf } from './keys.ts';
import type { Numbers } from './numbers.ts';
import { eachPiece, type Series } from './series.ts';

export const QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99] as const;
export const BINS = 64;

export interface Statistics {
  readonly count: number;
  readonly finite: number;
  readonly nan: number;
  readonly positiveInfinite: number;
  readonly negativeInfinite: number;
  /** Values equal to 0, −0 among them. */
  readonly zeros: number;
  /** In the words of the number itself, so that 64-bit integers stay exact; null without finite values. */
  readonly least: string | null;
  readonly greatest: string | null;
  readonly mean: number | null;
  readonly deviation: number | null;
  /** Root of the mean square: ‖x‖ / √n. */
  readonly rootMeanSquare: number | null;
  /** Values of `QUANTILES`. */
  readonly quantiles: readonly number[];
  readonly histogram: { readonly from: number; readonly to: number; readonly counts: readonly number[] } | null;
}

/** What the work is told and asked on its way. */
export interface Watch {
  /** 0 to 1. */
  progress(fraction: number): void;
  /** Throws once nobody waits any more. */
  check(): void | Promise<void>;
}

interface First {
  count: number;
  nan: number;
  plus: number;
  minus: number;
  zeros: number;
  least: number;
  greatest: number;
  sum: number;
  squares: number;
  /** Numbers by their key's highest digit. */
  readonly top: Float64Array;
  like: Numbers;
}

/** @throws what `series.read` and `watch.check` throw */
export async function statisticsOf(series: Series, watch: Watch): Promise<Statistics> {
  const passes = series.bits === 64 ? 4 : 2;
  const follow = (pass: number) => (done: number) => watch.progress((pass + done) / passes);
  const first = await firstPass(series, watch, follow(0));
  const finite = first.count - first.nan - first.plus - first.minus;
  const mean = finite > 0 ? first.sum / finite : 0;
  const ranks = wantedRanks(finite);
  const orders = new Orders(ranks, first.top, series.bits === 64 ? 4 : 2);
  const second = new Second(mean, first.least, first.greatest, orders);
  for (let digit = 1; digit < orders.digits; digit++) {
    orders.begin(digit);
    await eachPiece(series, async (piece, done) => {
      second.add(piece, digit);
      follow(digit)(done);
      await watch.check();
    });
    orders.end(digit);
  }
  return summary(first, finite, mean, second, orders);
}

async function firstPass(series: Series, watch: Watch, follow: (done: number) => void): Promise<First> {
  const first: First = {
    count: sizeOf(series.shape),
    nan: 0,
    plus: 0,
    minus: 0,
    zeros: 0,
    least: Number.POSITIVE_INFINITY,
    greatest: Number.NEGATIVE_INFINITY,
    sum: 0,
    squares: 0,
    top: new Float64Array(65536),
    like: new Float32Array(0),
  };
  await eachPiece(series, async (piece, done) => {
    first.like = piece;
    addFirst(first, piece);
    follow(done);
    await watch.check();
  });
  return first;
}

function addFirst(first: First, piece: Numbers): void {
  const keys = keysOf(piece);
  let [sum, squares] = [0, 0];
  for (let i = 0; i < piece.length; i++) {
    const value = Number(piece[i]);
    if (!Number.isFinite(value)) {
      if (Number.isNaN(value)) first.nan += 1;
      else if (value > 0) first.plus += 1;
      else first.minus += 1;
      continue;
    }
    if (value === 0) first.zeros += 1;
    if (value < first.least) first.least = value;
    if (value > first.greatest) first.greatest = value;
    sum += value;
    squares += value * value;
    first.top[keys.digit(i, 0)]! += 1;
  }
  first.sum += sum;
  first.squares += squares;
}

/** Ranks from 0 of the least, the greatest, and the two neighbours of each quantile. */
function wantedRanks(finite: number): number[] {
  if (finite === 0) return [];
  const places = QUANTILES.flatMap((q) => [Math.floor(q * (finite - 1)), Math.ceil(q * (finite - 1))]);
  return [...new Set([0, finite - 1, ...places])].sort((a, b) => a - b);
}

/** Order statistics, found digit by digit: at each step the counts of the next digit among the numbers that begin with what is known. */
class Orders {
  /** By rank: the digits that are known, and the rank among the numbers that begin with them. */
  readonly #known: ReadonlyMap<number, Known>;
  /** Counts of the next digit by what stands before it. */
  #counts = new Map<number, Float64Array>();
  /** Highest digits of the wanted numbers: most others are told apart by one look here. */
  readonly #tops = new Uint8Array(65536);

  constructor(
    ranks: readonly number[],
    top: Float64Array,
    readonly digits: number,
  ) {
    this.#known = new Map(ranks.map((rank) => [rank, { digits: [], rest: rank }]));
    for (const entry of this.#known.values()) {
      choose(entry, top);
      this.#tops[entry.digits[0]!] = 1;
    }
  }

  begin(digit: number): void {
    this.#counts = new Map([...this.#known.values()].map(({ digits }) => [prefixOf(digits, digit), new Float64Array(65536)]));
  }

  add(keys: Keys, i: number, digit: number): void {
    let prefix = keys.digit(i, 0);
    if (this.#tops[prefix] === 0) return;
    for (let d = 1; d < digit; d++) prefix = prefix * 65536 + keys.digit(i, d);
    const counts = this.#counts.get(prefix);
    if (counts) counts[keys.digit(i, digit)]! += 1;
  }

  end(digit: number): void {
    for (const entry of this.#known.values()) choose(entry, this.#counts.get(prefixOf(entry.digits, digit))!);
  }

  /** The number of a rank. */
  at(rank: number, like: Numbers): number | bigint {
    return fromKey(this.#known.get(rank)!.digits, like);
  }
}

interface Known {
  readonly digits: number[];
  rest: number;
}

/** The first `count` digits as one number: at most 48 bits. */
const prefixOf = (digits: readonly number[], count: number) => digits.slice(0, count).reduce((all, digit) => all * 65536 + digit, 0);

function choose(entry: Known, counts: Float64Array): void {
  let digit = 0;
  while (entry.rest >= counts[digit]!) entry.rest -= counts[digit++]!;
  entry.digits.push(digit);
}

/** Squares about the mean and the histogram, of the second pass only; digits of the wanted ranks in every later pass. */
class Second {
  deviations = 0;
  readonly counts = new Float64Array(BINS);

  constructor(
    private readonly mean: number,
    private readonly from: number,
    private readonly to: number,
    private readonly orders: Orders,
  ) {}

  add(piece: Numbers, digit: number): void {
    const keys = keysOf(piece);
    let deviations = 0;
    for (let i = 0; i < piece.length; i++) {
      const value = Number(piece[i]);
      if (!Number.isFinite(value)) continue;
      this.orders.add(keys, i, digit);
      if (digit > 1) continue;
      deviations += (value - this.mean) ** 2;
      this.counts[this.binOf(value)]! += 1;
    }
    this.deviations += deviations;
  }

  /** A value on the edge of two bins belongs to the right one, the greatest to the last. */
  private binOf(value: number): number {
    const { from, to } = this;
    if (to === from) return BINS / 2;
    let bin = Math.min(BINS - 1, Math.floor(((value - from) / (to - from)) * BINS));
    if (value < this.edge(bin)) bin -= 1;
    else if (bin < BINS - 1 && value >= this.edge(bin + 1)) bin += 1;
    return Math.max(0, bin);
  }

  private edge(bin: number): number {
    return bin === BINS ? this.to : this.from + bin * ((this.to - this.from) / BINS);
  }
}

function summary(first: First, finite: number, mean: number, second: Second, orders: Orders): Statistics {
  const { count, nan, plus, minus, zeros, least, greatest, squares, like } = first;
  const counts = { count, finite, nan, positiveInfinite: plus, negativeInfinite: minus, zeros };
  const none = { least: null, greatest: null, mean: null, deviation: null, rootMeanSquare: null, quantiles: [], histogram: null };
  if (finite === 0) return { ...counts, ...none };
  return {
    ...counts,
    least: String(orders.at(0, like)),
    greatest: String(orders.at(finite - 1, like)),
    mean,
    deviation: Math.sqrt(second.deviations / finite),
    rootMeanSquare: Math.sqrt(squares / finite),
    quantiles: QUANTILES.map((q) => quantile(q, finite, (rank) => Number(orders.at(rank, like)))),
    histogram: histogramOf(least, greatest, second.counts),
  };
}

/** A single value stands in the middle of a bin of width 1/64; null where the width of the range is beyond float64. */
function histogramOf(least: number, greatest: number, counts: Float64Array): Statistics['histogram'] {
  if (!Number.isFinite(greatest - least)) return null;
  const around = least === greatest ? 0.5 : 0;
  return { from: least - around, to: greatest + around, counts: Array.from(counts) };
}

function quantile(q: number, finite: number, at: (rank: number) => number): number {
  const place = q * (finite - 1);
  const below = at(Math.floor(place));
  const above = at(Math.ceil(place));
  return below + (above - below) * (place - Math.floor(place));
}
