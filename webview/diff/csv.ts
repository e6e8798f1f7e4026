/** The comparison as a table for other programs. */
import type { Compared, Pair } from '../../model/protocol/diff.ts';
import { field } from '../export/numbers.ts';
import { differenceOf, relative } from './changed.ts';

const HEAD =
  'base,other,base type,other type,base shape,other shape,found by,axes exchanged,‖Δ‖,‖base‖,‖other‖,relative,largest |Δ|,cosine,changed,count,not finite,remark';

export function csvOf(
  pairs: readonly Pair[],
  results: ReadonlyMap<number, Compared>,
  names: { readonly base: string; readonly other: string } | null,
): string {
  const rows = pairs.map((pair, i) => rowOf(pair, results.get(i)));
  return `${[`# ${JSON.stringify({ headlight: 'comparison', ...names })}`, HEAD, ...rows].join('\n')}\n`;
}

function rowOf({ base, other, how }: Pair, result: Compared | undefined): string {
  const d = differenceOf(result);
  const facts = [base.name, other.name, base.dtype, other.dtype, base.shape.join('×'), other.shape.join('×'), how];
  const numbers = d
    ? [
        d.turned,
        d.delta,
        d.baseNorm,
        d.otherNorm,
        relative(d.delta, d.baseNorm) ?? '',
        d.largest,
        d.cosine ?? '',
        d.changed,
        d.count,
        d.notFinite,
      ]
    : Array.from({ length: 10 }, () => '');
  const remark = result && 'failure' in result ? result.failure : '';
  return [...facts, ...numbers, remark].map((value) => field(String(value))).join(',');
}
