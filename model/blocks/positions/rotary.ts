/**
 * Rotary positions: pairs of columns of query and key are turned by an angle that grows with the position, so that q·k depends on the
 * distance alone.
 *
 *     (a, b) → (a·cos mθ − b·sin mθ, b·cos mθ + a·sin mθ)      at position m
 *
 * The pair is (i, i + r/2) in the half-rotated form of most models, (2i, 2i + 1) in the interleaved one of the paper and GPT-J.
 *
 * Source: Su et al. 2021, "RoFormer", equation 34.
 */
import type { Ops } from '../../ops/ops.ts';
import { attentionFactorOf, type RotarySettings, rotaryFrequencies } from './rotary-frequencies.ts';

export type RotaryLayout = 'half' | 'interleaved';

/** cos and sin of every position and column: [B, T, r] each. */
export interface RotaryTables<T> {
  readonly cos: T;
  readonly sin: T;
  /** r */
  readonly columns: number;
  readonly layout: RotaryLayout;
}

/**
 * @param positions int64 [B, T]
 * @returns tables [B, T, r]
 */
export function rotaryTables<T>(ops: Ops<T>, positions: T, settings: RotarySettings, layout: RotaryLayout = 'half'): RotaryTables<T> {
  const frequencies = rotaryFrequencies(ops, settings, positions); // [r/2]
  const angles = ops.mul(ops.unsqueeze(ops.cast(positions, 'float32'), [2]), frequencies); // [B, T, r/2]
  const factor = attentionFactorOf(settings);
  const table = (half: T): T => {
    const full = widened(ops, half, settings.columns, layout);
    return factor === 1 ? full : ops.mul(full, factor);
  };
  return { cos: table(ops.cos(angles)), sin: table(ops.sin(angles)), columns: settings.columns, layout };
}

/** One value a pair → one a column: [B, T, r/2] → [B, T, r] */
function widened<T>(ops: Ops<T>, half: T, columns: number, layout: RotaryLayout): T {
  if (layout === 'half') return ops.concat([half, half], { axis: -1 });
  return ops.gather(
    half,
    Array.from({ length: columns }, (_, column) => Math.floor(column / 2)),
    { axis: 2 },
  );
}

/**
 * Turns the first r columns of every head; the others stay.
 * @param x query or key [B, H, T, d]
 * @returns [B, H, T, d]
 */
export function rotate<T>(ops: Ops<T>, x: T, { cos, sin, columns, layout }: RotaryTables<T>, headDim: number): T {
  const [turned, rest] = columns === headDim ? [x, null] : (ops.split(x, [columns, headDim - columns], { axis: -1 }) as [T, T]);
  const [c, s] = [ops.unsqueeze(cos, [1]), ops.unsqueeze(sin, [1])]; // [B, 1, T, r]
  const result = ops.add(ops.mul(turned, c), ops.mul(quarterTurn(ops, turned, columns, layout), s));
  return rest === null ? result : ops.concat([result, rest], { axis: -1 });
}

/** (a, b) → (−b, a) for every pair: [.., r] → [.., r] */
function quarterTurn<T>(ops: Ops<T>, x: T, columns: number, layout: RotaryLayout): T {
  if (layout === 'half') {
    const [a, b] = ops.split(x, [columns / 2, columns / 2], { axis: -1 }) as [T, T];
    return ops.concat([ops.neg(b), a], { axis: -1 });
  }
  const partner = Array.from({ length: columns }, (_, column) => column ^ 1);
  const sign = Array.from({ length: columns }, (_, column) => (column % 2 === 0 ? -1 : 1));
  return ops.mul(ops.gather(x, partner, { axis: 3 }), ops.floats(sign));
}
