/**
 * What a model's positional encoding is, as data to draw. Positions reach a model in four ways: added to the embeddings, as a rotation of
 * queries and keys, as a number added to the scores, or as terms of the scores that queries or keys make with a table of distances.
 *
 * Letters: T query length, S key length, H heads, D width, d head dimension, r rotated columns, P positions.
 */

export type AddedScheme = 'learned' | 'sinusoidal' | 'grid' | 'grid-sinusoidal' | 'added';

/** A table added to the embeddings: one row for each position of this run. */
export interface AddedTable {
  readonly scheme: AddedScheme;
  /** The scheme in words: `sinusoidal, interleaved`. */
  readonly words: string;
  /** As written for this model. */
  readonly formula: readonly string[];
  /** Where it comes from, as the file calls it. */
  readonly where: string;
  /** Which text or picture its rows belong to. */
  readonly side: Side;
  /** P: as many as the run has positions. */
  readonly rows: number;
  /** D */
  readonly columns: number;
  /** [P, D] */
  readonly data: Float32Array;
  /** The stored table, [rows, D], and the row that the first position takes; null where none is stored. */
  readonly stored: { readonly rows: number; readonly first: number | null; readonly data: Float32Array } | null;
  /** What else must be known, or null. */
  readonly note: string | null;
}

/** `source`: what the model reads; `target`: what a decoder writes. */
export type Side = 'source' | 'target';

/** How queries and keys are turned. */
export interface Rotation {
  readonly words: string;
  readonly formula: readonly string[];
  readonly where: string;
  /** T of this run. */
  readonly rows: number;
  /** r/2 */
  readonly pairs: number;
  /** Which columns of a head make a pair: i and i + r/2, or 2i and 2i + 1; null where the graph does not tell. */
  readonly layout: 'half' | 'interleaved' | null;
  /** Angle of every position and pair, in radians, between −π and π: [T, r/2] */
  readonly angles: Float32Array;
  /** Angle from one position to the next, of each pair: [r/2]; empty where the angle is no multiple of a position. */
  readonly frequencies: Float64Array;
  /** What they were before scaling for long contexts; null where nothing was scaled or it is not known. */
  readonly plain: Float64Array | null;
  /** Scaling in words, or null. */
  readonly scaling: string | null;
  readonly base: number | null;
  /** Factor on cos and sin: 1 but for YaRN and LongRoPE. */
  readonly factor: number;
  /** Position number of the first row. */
  readonly first: number;
}

export type BiasScheme = 'alibi' | 'buckets' | 'relative' | 'windows';

/** A number added to the scores, whatever the tokens say. */
export interface Bias {
  readonly scheme: BiasScheme;
  readonly words: string;
  readonly formula: readonly string[];
  readonly where: string;
  /** H, or 1 where all heads have the same. */
  readonly heads: number;
  /** Distances key − query, ascending: those that this run has. */
  readonly distances: Int32Array;
  /** [H, distances]; empty where the bias is no function of the distance. */
  readonly byDistance: Float32Array;
  /** Bucket of each distance, for T5's; null otherwise. */
  readonly buckets: Int32Array | null;
  /** m of each head, for ALiBi; null otherwise. */
  readonly slopes: Float32Array | null;
  /** [H, T, S] where the bias is no function of one distance (windows of a picture); null otherwise. */
  readonly map: { readonly queries: number; readonly keys: number; readonly data: Float32Array } | null;
}

/** A term of the scores that depends on what a token says and on where another stands. */
export interface RelativeTerm {
  /** `query` meets position (content to position), or `key` does (position to content); null where the graph does not tell. */
  readonly of: 'query' | 'key' | null;
  readonly words: string;
  readonly formula: readonly string[];
  readonly where: string;
  /** [T, S] of the asked head; null where it could not be computed. */
  readonly map: { readonly queries: number; readonly keys: number; readonly data: Float32Array } | null;
}

/** Everything about positions that reaches one place of attention. */
export interface Positions {
  /** The schemes of this place in words: `rotary`, `learned + T5 buckets`, `none`. */
  readonly words: string;
  readonly added: readonly AddedTable[];
  readonly rotation: Rotation | null;
  readonly biases: readonly Bias[];
  readonly terms: readonly RelativeTerm[];
  /** What was found and could not be shown, in sentences. */
  readonly notes: readonly string[];
}
