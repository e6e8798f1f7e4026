/** Numbers and facts of a comparison as people read them. */
import { shortType } from '../../model/explore/types.ts';
import type { Compared, How, Pair } from '../../model/protocol/diff.ts';
import { short } from '../draw/numbers.ts';
import { differenceOf, relative } from './changed.ts';

/** `1.23 %`; `equal` for nothing; a change of zeros has no share. */
export function changeWords(share: number | null): string {
  if (share === null) return 'from 0';
  return share === 0 ? 'equal' : `${short(share * 100)} %`;
}

export const HOW: Readonly<Record<How, string>> = {
  name: 'the same name',
  beginning: 'the same name after another beginning',
  module: 'the module that uses it',
  values: 'another name, the same numbers',
};

const shape = (sizes: readonly number[]) => (sizes.length > 0 ? sizes.join(' × ') : 'scalar');

/** `f32 → bf16 · 768 × 768 · axes exchanged`. */
export function pairWords({ base, other, rows, how }: Pair, result: Compared | undefined): string {
  const [mine, theirs] = [shape(base.shape), shape(other.shape)];
  const turned = differenceOf(result)?.turned ?? false;
  return [
    base.dtype === other.dtype ? shortType(base.dtype) : `${shortType(base.dtype)} → ${shortType(other.dtype)}`,
    mine === theirs || turned ? mine : `${mine} → ${theirs}`,
    turned ? 'axes exchanged' : null,
    rows === null ? null : `the first ${rows.toLocaleString('en')} rows`,
    how === 'name' ? null : `found by ${HOW[how]}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** Relative change of a pair; −1 where it has no numbers, so that it stands last. */
export function rankOf(result: Compared | undefined): number {
  const difference = differenceOf(result);
  if (!difference) return -1;
  return relative(difference.delta, difference.baseNorm) ?? Number.MAX_VALUE;
}
