/** Everything about one pair: exact numbers, how the two were found to belong together, and the way to each of them. */
import type { Compared, Pair } from '../../model/protocol/diff.ts';
import { short } from '../draw/numbers.ts';
import { Icon } from '../ui/controls.tsx';
import { differenceOf, relative } from './changed.ts';
import { useDiff } from './context.ts';
import { changeWords, HOW } from './words.ts';

export function PairDetail({ pair, result }: { pair: Pair; result: Compared | undefined }) {
  const difference = differenceOf(result);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="pair-detail" aria-label={`The pair ${pair.base.name}`} tabIndex={0}>
      <p class="pair-links">
        <Link side="base" name={pair.base.name} /> <Icon name="arrow-right" /> <Link side="other" name={pair.other.name} />
      </p>
      <p class="note">
        Found by {HOW[pair.how]}
        {difference?.turned && '; the second has its axes exchanged: its [c, r] was compared with the base’s [r, c]'}
        {difference?.turned && difference.changed === 0 && ', and all values are equal'}.
      </p>
      {result && 'failure' in result && (
        <p class="refusal">
          <Icon name="circle-slash" /> {result.failure}
        </p>
      )}
      {difference && (
        <dl class="facts numbers">
          <Row
            what="‖Δ‖ ∕ ‖base‖"
            value={relative(difference.delta, difference.baseNorm)}
            words={changeWords(relative(difference.delta, difference.baseNorm))}
          />
          <Row what="‖Δ‖" value={difference.delta} />
          <Row what="‖base‖" value={difference.baseNorm} />
          <Row what="‖other‖" value={difference.otherNorm} />
          <Row what="largest |Δ|" value={difference.largest} />
          <Row what="cosine of the two" value={difference.cosine} words={cosineWords(difference.cosine)} />
          <Row
            what="values that differ"
            value={difference.changed}
            words={`${difference.changed.toLocaleString('en')} of ${difference.count.toLocaleString('en')}`}
          />
          {difference.notFinite > 0 && (
            <Row what="left out: not finite" value={difference.notFinite} words={difference.notFinite.toLocaleString('en')} />
          )}
        </dl>
      )}
    </section>
  );
}

/** Nothing is rounded to 1 that is not: the distance from it is said. */
function cosineWords(cosine: number | null): string {
  if (cosine === null) return '—';
  return cosine < 1 && cosine > 0.9995 ? `1 − ${short(1 - cosine)}` : short(cosine);
}

function Link({ side, name }: { side: 'base' | 'other'; name: string }) {
  const { host } = useDiff();
  return (
    <button
      type="button"
      class="plain link"
      title="Open the tensor on its model's page"
      onClick={() => void host.request('openTensor', { side, name })}
    >
      {name}
    </button>
  );
}

function Row({ what, value, words }: { what: string; value: number | null; words?: string }) {
  return (
    <div>
      <dt>{what}</dt>
      <dd title={value === null ? '' : String(value)}>{words ?? (value === null ? '—' : short(value))}</dd>
    </div>
  );
}
