/** How far values are from the reference's. */
import type { Difference } from '../../model/protocol/engine.ts';

/** A value that is no finite number in one of the two and not the same in the other makes the difference NaN: never hidden behind a number. */
export function differenceOf(shown: ArrayLike<number | bigint>, reference: ArrayLike<number | bigint>): Difference {
  if (shown.length !== reference.length) return { largest: Number.NaN, scale: Number.NaN };
  let largest = 0;
  let scale = 0;
  for (let i = 0; i < shown.length; i++) {
    const [a, b] = [Number(shown[i]), Number(reference[i])];
    if (Number.isFinite(b)) scale = Math.max(scale, Math.abs(b));
    if (!Object.is(a, b) && a !== b) largest = worse(largest, Math.abs(a - b));
  }
  return { largest, scale };
}

/** The worse of two. */
export function both(one: Difference, other: Difference): Difference {
  return { largest: worse(one.largest, other.largest), scale: Math.max(one.scale, other.scale) };
}

function worse(one: number, other: number): number {
  return Number.isFinite(one) && Number.isFinite(other) ? Math.max(one, other) : Number.NaN;
}
