/** Results of the reader thread as JSON, and back: typed arrays go as text, and numbers that JSON has no word for keep theirs. */

const NUMBERS = '$f64';
const BYTES = '$u8';

/** A value that JSON can hold. */
export function packed(value: unknown): unknown {
  if (value instanceof Float64Array) return { [NUMBERS]: Array.from(value, String) };
  if (value instanceof Uint8Array) return { [BYTES]: Array.from(value) };
  if (Array.isArray(value)) return value.map(packed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, packed(inner)]));
}

export function unpacked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpacked);
  if (typeof value !== 'object' || value === null) return value;
  if (NUMBERS in value) return Float64Array.from(value[NUMBERS] as string[], Number);
  if (BYTES in value) return Uint8Array.from(value[BYTES] as number[]);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpacked(inner)]));
}
