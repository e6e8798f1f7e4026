/** Both texts in one line: what both have, what only the first has (struck through), what only the second has (underlined). */
import type { Pair } from '../../../model/text/diff.ts';
import { percent } from '../../draw/numbers.ts';
import type { Amount, SideBySide } from '../../state/side-by-side.ts';

export function Aligned({ both, amount }: { both: SideBySide; amount: Amount }) {
  const same = both.rows.every(together) && both.columns.every(together);
  return (
    <>
      <p>
        {Number.isNaN(amount.moved) ? (
          'The two have no query in common: nothing can be subtracted.'
        ) : (
          <>
            <b class="number">{percent(amount.moved)}</b> of the weight lies on other keys, mean over {amount.rows} common{' '}
            {amount.rows === 1 ? 'query' : 'queries'}
            <span class="muted"> (½ Σ |second − first| of a row)</span>
          </>
        )}
      </p>
      {same ? null : (
        <>
          <h3>{both.maps[1].site.kind === 'cross' ? 'Queries' : 'Tokens'}</h3>
          <Strip pairs={both.rows} labels={both.rowLabels} />
          {both.maps[1].site.kind === 'cross' && (
            <>
              <h3>Keys</h3>
              <Strip pairs={both.columns} labels={both.columnLabels} />
            </>
          )}
        </>
      )}
    </>
  );
}

const together = (pair: Pair): boolean => pair.first !== null && pair.second !== null;

function Strip({ pairs, labels }: { pairs: readonly Pair[]; labels: readonly string[] }) {
  const shared = pairs.filter(together).length;
  const [first, second] = [pairs.filter((p) => p.second === null).length, pairs.filter((p) => p.first === null).length];
  return (
    <>
      <p class="aligned" dir="auto">
        {pairs.map((pair, i) => (
          <Word key={i} pair={pair} label={labels[i] ?? ''} />
        ))}
      </p>
      <p class="note">
        {shared} in both, {first} only in the first (<del>struck through</del>), {second} only in the second (<ins>underlined</ins>).
      </p>
    </>
  );
}

function Word({ pair, label }: { pair: Pair; label: string }) {
  if (together(pair)) return <span>{label} </span>;
  const word = label.slice(1);
  return pair.second === null ? (
    <>
      <del>{word}</del>{' '}
    </>
  ) : (
    <>
      <ins>{word}</ins>{' '}
    </>
  );
}
