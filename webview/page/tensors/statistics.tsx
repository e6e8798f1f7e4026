/** The statistics in numbers and as a histogram; their progress while they are counted. */
import { QUANTILES, type Statistics } from '../../../model/explore/statistics.ts';
import { shortSize } from '../../../model/sizes.ts';
import { percent, short } from '../../draw/numbers.ts';
import { Button, Icon } from '../../ui/controls.tsx';
import { useSlow } from '../../ui/hooks.ts';
import { Histogram } from './histogram.tsx';
import type { StatisticsWork } from './use-statistics.ts';

export function StatisticsBlock({ work, size }: { work: StatisticsWork; size: number }) {
  const { result, failure, fraction } = work;
  if (failure) {
    return (
      <p class="refusal" role="alert">
        <Icon name="circle-slash" /> {failure}
      </p>
    );
  }
  if (fraction !== null) return <Counting fraction={fraction} onCancel={work.cancel} />;
  if (!result) return <Button label={`Count ${shortSize(size)}`} icon="play" onPress={work.start} />;
  return (
    <>
      <Numbers of={result} />
      {result.histogram && <Histogram statistics={result} />}
    </>
  );
}

function Counting({ fraction, onCancel }: { fraction: number; onCancel: () => void }) {
  const slow = useSlow(true, 250);
  if (!slow) return <div class="counting" />;
  return (
    <div class="counting row-tools">
      <progress max={1} value={fraction} aria-label="Counting the numbers" />
      <span class="number">{Math.round(fraction * 100)} %</span>
      <Button label="Cancel" onPress={onCancel} />
    </div>
  );
}

function Numbers({ of }: { of: Statistics }) {
  const { count, finite, nan, positiveInfinite, negativeInfinite, zeros, least, greatest, mean, deviation, rootMeanSquare, quantiles } = of;
  const infinite = positiveInfinite + negativeInfinite;
  return (
    <div class="numbers">
      <dl class="facts">
        <Row what="least" value={least} exact />
        <Row what="greatest" value={greatest} exact />
        <Row what="mean" value={mean} />
        <Row what="standard deviation" value={deviation} />
        <Row what="root mean square" value={rootMeanSquare} />
      </dl>
      <dl class="facts">
        {[1, 2, 3, 4, 5].map((i) => (
          <Row key={i} what={i === 3 ? 'median' : `${QUANTILES[i]! * 100} % quantile`} value={quantiles[i] ?? null} />
        ))}
      </dl>
      <dl class="facts">
        <Row what="zeros" value={zeros === 0 ? 'none' : `${zeros.toLocaleString('en')} (${percent(zeros / count)})`} exact />
        <Row what="not a number" value={nan === 0 ? 'none' : nan.toLocaleString('en')} exact warn={nan > 0} />
        <Row what="infinite" value={infinite === 0 ? 'none' : infiniteWords(of)} exact warn={infinite > 0} />
        {finite < count && <Row what="finite" value={finite.toLocaleString('en')} exact />}
      </dl>
    </div>
  );
}

const infiniteWords = ({ positiveInfinite, negativeInfinite }: Statistics) =>
  [
    positiveInfinite > 0 ? `${positiveInfinite.toLocaleString('en')} +∞` : '',
    negativeInfinite > 0 ? `${negativeInfinite.toLocaleString('en')} −∞` : '',
  ]
    .filter(Boolean)
    .join(', ');

function Row({
  what,
  value,
  exact = false,
  warn = false,
}: {
  what: string;
  value: string | number | null;
  exact?: boolean;
  warn?: boolean;
}) {
  return (
    <div>
      <dt>{what}</dt>
      <dd class={warn ? 'warn' : ''} title={value === null ? '' : String(value)}>
        {warn && <Icon name="warning" />} {value === null ? '—' : exact ? shortened(String(value)) : short(Number(value))}
      </dd>
    </div>
  );
}

/** A float of many digits is cut for reading (its tooltip has all); whole numbers and words stay. */
const shortened = (value: string) => (/^-?\d+\.\d+(e[+-]?\d+)?$/.test(value) ? short(Number(value)) : value);
