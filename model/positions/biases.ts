/**
 * Names a number that is added to the scores: ALiBi's penalty, T5's buckets, some other function of the distance, or the places within a window.
 *
 * Sources: Press et al. 2022 (ALiBi), Raffel et al. 2020, 2.1 (T5), Liu et al. 2021, "Swin Transformer", 3.2.
 */
import { t5LogBuckets } from '../blocks/positions/t5-buckets.ts';
import { largestGap, type Matrix } from './matrix.ts';
import type { Bias } from './types.ts';

/** [H, T or 1, S]; NaN where the mask hides a key. */
export interface BiasMap {
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly data: Float32Array;
}

export interface BiasOrigin {
  readonly where: string;
  /** T of the run; a bias may have one row for all queries. */
  readonly queries: number;
  /** The stored table of buckets, [buckets, H], where there is one of this kind. */
  readonly table: Matrix | null;
  /** Distance from which on all keys fall into the last bucket, where the configuration says it. */
  readonly longest: number | null;
  readonly picture: boolean;
}

/** Masks are written as −∞, the least float, or −10,000. */
const MASKED = -9999;

/** A bias with what the mask hides marked. */
export function unmasked<B extends BiasMap>(map: B): B {
  return { ...map, data: map.data.map((value) => (value <= MASKED ? Number.NaN : value)) };
}

/** The bias by name; null where it is a mask and nothing else. */
export function nameBias(masked: BiasMap, origin: BiasOrigin): Bias | null {
  const map = spread(unmasked(masked), origin.queries);
  if (map.data.every((value) => value === 0 || Number.isNaN(value))) return null;
  const { where } = origin;
  const direct = origin.picture ? null : byDistance(map);
  if (direct) {
    const slopes = slopesOf(direct);
    return slopes ? alibi(direct, slopes, where) : distanceBias(direct, origin);
  }
  const shifted = origin.picture ? null : byDistance(fromDiagonal(map));
  const slopes = shifted && slopesOf(shifted);
  if (shifted && slopes) return alibi(shifted, slopes, where);
  return windows(map, where, origin.picture);
}

/** One row for all queries stands in every row. */
function spread({ heads, queries, keys, data }: BiasMap, wanted: number): BiasMap {
  if (queries === wanted) return { heads, queries, keys, data };
  const all = new Float32Array(heads * wanted * keys);
  for (let row = 0; row < heads * wanted; row++)
    all.set(data.subarray(Math.floor(row / wanted) * keys, (Math.floor(row / wanted) + 1) * keys), row * keys);
  return { heads, queries: wanted, keys, data: all };
}

/** Softmax does not notice a number added to a whole row: every row without what its own position has. */
function fromDiagonal({ heads, queries, keys, data }: BiasMap): BiasMap {
  const shift = keys - queries;
  const moved = data.map((value, at) => {
    const row = Math.floor(at / keys);
    return value - data[row * keys + (row % queries) + shift]!;
  });
  return { heads, queries, keys, data: moved };
}

interface ByDistance {
  readonly heads: number;
  readonly distances: Int32Array;
  /** [H, distances] */
  readonly values: Float32Array;
}

/** The bias as a function of key − query, or null where it is none. */
function byDistance({ heads, queries, keys, data }: BiasMap): ByDistance | null {
  const shift = keys - queries;
  const span = queries + keys - 1;
  const values = new Float32Array(heads * span).fill(Number.NaN);
  const scale = data.reduce((top, value) => (Number.isNaN(value) ? top : Math.max(top, Math.abs(value))), 0);
  for (let at = 0; at < data.length; at++) {
    if (Number.isNaN(data[at])) continue;
    const query = Math.floor(at / keys) % queries;
    const head = Math.floor(at / (keys * queries));
    const place = head * span + (at % keys) - query + queries - 1;
    if (Number.isNaN(values[place])) values[place] = data[at]!;
    else if (Math.abs(values[place]! - data[at]!) > 1e-4 * scale) return null;
  }
  const seen = Array.from({ length: span }, (_, i) => i).filter((i) =>
    Array.from({ length: heads }, (_, h) => h).some((h) => !Number.isNaN(values[h * span + i])),
  );
  const picked = new Float32Array(heads * seen.length);
  for (let h = 0; h < heads; h++)
    seen.forEach((place, i) => {
      picked[h * seen.length + i] = values[h * span + place]!;
    });
  return { heads, distances: Int32Array.from(seen, (place) => place - (queries - 1) - shift), values: picked };
}

/** m of each head where the bias is m·(key − query) for keys behind the query; null where it is not. */
function slopesOf({ heads, distances, values }: ByDistance): Float32Array | null {
  const behind = distances.filter((distance) => distance < 0).length;
  if (behind < 2) return null;
  const slopes = new Float32Array(heads);
  for (let h = 0; h < heads; h++) {
    const row = values.subarray(h * distances.length, h * distances.length + behind);
    slopes[h] = row[0]! / distances[0]!;
    const line = Float32Array.from(row, (_, i) => slopes[h]! * distances[i]!);
    if (slopes[h]! <= 0 || largestGap(row, line) > 0.02 * Math.abs(row[0]!)) return null;
  }
  return slopes;
}

function alibi({ heads, distances, values }: ByDistance, slopes: Float32Array, where: string): Bias {
  return {
    scheme: 'alibi',
    words: 'ALiBi',
    formula: [
      'score = q·k/√d − m·(i − j) for a key j behind query i',
      `m of the heads: ${Array.from(slopes, (m) => Number(m.toPrecision(4))).join(', ')}`,
    ],
    ...{ where, heads, distances, byDistance: values, slopes },
    ...{ buckets: null, map: null },
  };
}

function distanceBias(direct: ByDistance, { where, table, longest }: BiasOrigin): Bias {
  const { heads, distances, values } = direct;
  const buckets = table && bucketsOf(direct, table);
  if (!table || !buckets) {
    const formula = ['score = q·k + b_h[j − i], a number of each head for each distance'];
    return {
      scheme: 'relative',
      words: 'relative, a number for each distance',
      formula,
      where,
      heads,
      distances,
      byDistance: values,
      ...{ buckets: null, slopes: null, map: null },
    };
  }
  const formula = [
    `score = q·k + b_h[bucket(j − i)], ${table.rows} buckets`,
    'near distances have a bucket each, those beyond share wider and wider ones',
  ];
  const whole = longest === null ? null : extended(direct, buckets, table, longest);
  const shown = whole ?? { distances, byDistance: values, buckets };
  return { scheme: 'buckets', words: 'T5 buckets', formula, where, heads, ...shown, slopes: null, map: null };
}

/** Which row of the table each distance has, by its numbers; null where some distance has none. */
function bucketsOf({ heads, distances, values }: ByDistance, table: Matrix): Int32Array | null {
  if (table.columns !== heads) return null;
  const buckets = Int32Array.from(distances, (_, i) => {
    for (let b = 0; b < table.rows; b++) {
      const column = Float32Array.from({ length: heads }, (_, h) => values[h * distances.length + i]!);
      if (largestGap(column, table.data.subarray(b * heads, (b + 1) * heads)) < 1e-4) return b;
    }
    return -1;
  });
  return buckets.includes(-1) ? null : buckets;
}

/** All distances that the model tells apart, where T5's rule gives the buckets that this run has; null otherwise. */
function extended(
  { heads, distances }: ByDistance,
  buckets: Int32Array,
  table: Matrix,
  longest: number,
): Pick<Bias, 'distances' | 'byDistance' | 'buckets'> | null {
  const both = distances.some((distance) => distance > 0);
  const side = both ? table.rows / 2 : table.rows;
  const of = t5LogBuckets(side, longest);
  const bucket = (distance: number) => of[Math.min(Math.abs(distance), longest)]! + (both && distance > 0 ? side : 0);
  if (Array.from(distances).some((distance, i) => bucket(distance) !== buckets[i])) return null;
  const span = Math.max(longest, -distances[0]!, distances.at(-1)!);
  const all = Int32Array.from({ length: both ? 2 * span + 1 : span + 1 }, (_, i) => i - span);
  const wide = Int32Array.from(all, bucket);
  const values = Float32Array.from(
    { length: heads * all.length },
    (_, at) => table.data[wide[at % all.length]! * heads + Math.floor(at / all.length)]!,
  );
  return { distances: all, byDistance: values, buckets: wide };
}

function windows({ heads, queries, keys, data }: BiasMap, where: string, picture: boolean): Bias {
  const words = picture ? 'relative, 2-D (within windows)' : 'a bias of each pair of positions';
  const formula = [picture ? 'score = q·k/√d + B_h[Δrow, Δcolumn]' : 'score = q·k + B_h[i, j]'];
  const nothing = { distances: new Int32Array(0), byDistance: new Float32Array(0), buckets: null, slopes: null };
  return { scheme: picture ? 'windows' : 'relative', words, formula, where, heads, ...nothing, map: { queries, keys, data } };
}
