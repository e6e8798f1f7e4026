/** Shapes in the field's letters: T and S positions, d a head's width, D the model's, F the feed-forward's, V the vocabulary. */
import type { StageValue, WalkStep } from '../../../model/protocol/walk.ts';

export interface Lengths {
  readonly queries: number;
  readonly keys: number;
  readonly headDim: number | null;
  readonly heads: number;
  readonly width: number;
  readonly vocabulary: number | null;
}

/** `[T, d] = [11, 32]` */
export function shapeWords({ role, kind }: Pick<WalkStep, 'role' | 'kind'>, value: StageValue, lengths: Lengths): string {
  const isKeys = role === 'key' || role === 'value';
  const isMap =
    role === 'products' ||
    role === 'scores' ||
    role === 'weights' ||
    kind === 'softmax' ||
    (value.head !== null && ['scale', 'add', 'mask'].includes(kind));
  const rows = kind === 'convolution' ? 'P' : lengths.keys !== lengths.queries && (isKeys || value.rows === lengths.keys) ? 'S' : 'T';
  const columns = isMap ? 'S' : value.head !== null ? 'd' : letterOf(value.columns, lengths);
  const letters = value.rows === 1 && lengths.queries !== 1 ? columns : `${rows}, ${columns}`;
  const numbers = value.rows === 1 && lengths.queries !== 1 ? String(value.columns) : `${value.rows}, ${value.columns}`;
  return `[${letters}] = [${numbers}]`;
}

function letterOf(length: number, { width, vocabulary, heads, headDim }: Lengths): string {
  if (length === width) return 'D';
  if (headDim !== null && length === heads * headDim) return 'H·d';
  if (length === vocabulary) return 'V';
  if (length % width === 0 && length === 3 * width) return '3·D';
  return length > width ? 'F' : String(length);
}
