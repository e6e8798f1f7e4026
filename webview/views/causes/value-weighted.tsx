/** Value-weighted attention: what the chosen head takes from each key, painted over the text and as a list. */
import { valueWeighted } from '../../../model/metrics/value-norm.ts';
import { heatAt } from '../../colour/heat.ts';
import { colourIndex } from '../../draw/cells.ts';
import { headName, short } from '../../draw/numbers.ts';
import { tokenLabel } from '../../state/axis.ts';
import { select } from '../../state/select.ts';
import type { Shown } from '../../state/shown.ts';
import { type Session, siteKey } from '../../state/types.ts';
import { usePanel } from '../context.ts';
import { useAnswer } from '../predict/hooks.ts';
import { Strip } from '../predict/strip.tsx';
import { Definition } from './definition.tsx';
import { RankedList } from './ranked-list.tsx';

/** α · ‖v·W_O‖ of the chosen head from the chosen query: how much each key adds to the residual stream. */
export function ValueWeighted({ session, shown }: { session: Session; shown: Shown }) {
  const { store, sessions, theme, maps } = usePanel();
  const { kind, layer, head, query } = store.selection.value;
  const key = siteKey({ kind, layer });
  const { run } = session.run;
  const asked = useAnswer(`${run} ${key} ${head}`, async () => {
    const { norms, keys } = await sessions.ask('valueNorms', { run, key });
    const { weights, queries, keys: S } = await maps.peek()!.once({ kind, layer, head });
    const own = norms.subarray(head * keys, (head + 1) * keys);
    return { all: valueWeighted(weights, own, queries, S), weights, S };
  });
  const row = query ?? shown.queries.count - 1;
  if (asked.now.state === 'failed')
    return (
      <p class="failed" role="alert">
        {asked.now.error.message}
      </p>
    );
  if (!asked.last) return <p class="note">Loading the values …</p>;
  const { all, S } = asked.last;
  const values = all.subarray(row * S, (row + 1) * S);
  const most = values.reduce((top, value) => Math.max(top, value), 0);
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[b]! - values[a]!);
  return (
    <>
      <Strip
        side={shown.queries}
        label="Text. Arrow keys choose the query."
        chosen={row}
        onChoose={(token) => select(store, { query: token })}
      />
      <p class="note">
        What {headName(layer, head)} adds from each key at “{tokenLabel(shown.queries, row)}”; largest {short(most)}, in units of the
        residual stream.
      </p>
      <Strip
        side={shown.keys}
        label="Keys, painted by what the head takes from them. Arrow keys walk."
        chosen={store.selection.value.key}
        onChoose={(token) => select(store, { key: token })}
        paint={(token) => heatAt(theme.value.heat, colourIndex(values[token] ?? 0, most, 'linear'))}
        title={(token) => `${short(values[token] ?? 0)} (weight ${short(asked.last!.weights[row * S + token] ?? 0)})`}
      />
      <RankedList
        what="key"
        unit="‖α·v·W_O‖"
        rows={order.slice(0, 200).map((i) => ({ name: tokenLabel(shown.keys, i), value: values[i]!, key: i }))}
        show={short}
      />
      <Definition title="What is measured?">
        ‖α·v·W_O‖ = α·‖v·W_O‖: attention weight times the length of what the key’s value becomes behind the output weights, so a large
        weight on a short value counts little (Kobayashi et al. 2020). Not normalised. It says what the head adds to the residual stream,
        not what later layers make of it.
      </Definition>
    </>
  );
}
