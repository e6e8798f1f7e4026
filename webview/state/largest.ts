/** Places of a row by |weight|, largest first; equal ones in their order; zeros are left out. */
export function largest(row: Float32Array, count: number): number[] {
  const order = Array.from(row, (_, i) => i).sort((a, b) => Math.abs(row[b]!) - Math.abs(row[a]!) || a - b);
  return order.slice(0, count).filter((i) => row[i] !== 0);
}
