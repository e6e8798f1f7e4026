/** The inputs of a fused operator, as float32 and only where they are given. */
import { TYPE } from '../graph/constants.ts';
import type { Lowering } from './types.ts';

/** The name of input `i`, or undefined where it is left out or has no elements (an empty tensor stands for "not given"). */
export function inputOf({ ref, subject }: Lowering, i: number): string | undefined {
  const name = ref.node.input[i];
  if (!name) return undefined;
  return subject.shape(name)?.includes(0) ? undefined : name;
}

/** Input `i` as float32. */
export function floatInput(l: Lowering, i: number): string | undefined {
  const name = inputOf(l, i);
  return name && asFloat(l, name);
}

export function asFloat({ b, subject }: Lowering, name: string): string {
  return subject.fact(name)?.type === TYPE.float ? name : b.cast(name, TYPE.float);
}

export function rankOf({ subject }: Lowering, name: string): number {
  return subject.shape(name)?.length ?? 0;
}

/** Joins a cache with what is new along axis 2; either may be missing. */
export function joined({ b }: Lowering, past: string | undefined, now: string): string {
  return past ? b.op('Concat', [past, now], { axis: 2 }) : now;
}
