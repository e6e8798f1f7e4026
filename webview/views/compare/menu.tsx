/** Comparing two heads or layers: the second is taken away from the first, cell by cell, and metric by metric. */
import { useSignal } from '@preact/signals';
import { headName, short } from '../../draw/numbers.ts';
import { METRICS } from '../../state/measures.ts';
import { type HeadRef, headKey, type Session, sameHead } from '../../state/types.ts';
import { Button, Icon, TextField } from '../../ui/controls.tsx';
import { Popover } from '../../ui/popover.tsx';
import { usePanel } from '../context.ts';
import { findHeads } from '../heads/find.ts';

export function CompareMenu({ session }: { session: Session }) {
  const { store } = usePanel();
  return (
    <Popover
      label="Compare"
      title="Compare with another head"
      face={<Icon name="git-compare" />}
      class="icon-button"
      opens={store.asked}
      name="compare"
    >
      {() => <Card session={session} />}
    </Popover>
  );
}

function Card({ session }: { session: Session }) {
  const { store, measures } = usePanel();
  const words = useSignal('');
  const chosen = store.selection.value;
  const against = store.against.value;
  const compare = (ref: HeadRef | undefined) => {
    words.value = ref && !sameHead(ref, chosen) ? '' : 'Name another head of this model, such as L2H3.';
    if (ref && !sameHead(ref, chosen)) store.against.value = ref;
  };
  const layers = [-1, 1]
    .map((step) => ({ kind: chosen.kind, layer: chosen.layer + step, head: chosen.head }))
    .filter((ref) => session.sites.has(`${ref.kind}/${ref.layer}`));
  return (
    <div class="menu">
      <h2>Compare {headName(chosen.layer, chosen.head)} with</h2>
      <TextField
        label="Head to compare with"
        placeholder="L2H3"
        onEnter={(text) => compare(findHeads(text, session, chosen.kind, measures.peek())[0])}
      />
      {layers.map((ref) => (
        <Button key={ref.layer} label={`the same head of layer ${ref.layer + 1}`} onPress={() => compare(ref)} />
      ))}
      {against && (
        <>
          <p>
            Shown: {headName(chosen.layer, chosen.head)} − {headName(against.layer, against.head)}. Orange cells have more weight in the
            first, blue ones in the second.
          </p>
          <Differences first={chosen} second={against} />
          <Button
            label="Stop comparing"
            onPress={() => {
              store.against.value = null;
            }}
          />
        </>
      )}
      <p class="note" role="status">
        {words.value}
      </p>
    </div>
  );
}

function Differences({ first, second }: { first: HeadRef; second: HeadRef }) {
  const { measures } = usePanel();
  const [a, b] = [measures.value.get(headKey(first)), measures.value.get(headKey(second))];
  if (!a || !b) return null;
  return (
    <table class="metrics-table">
      <thead>
        <tr>
          <th scope="col">metric</th>
          <th scope="col">{headName(first.layer, first.head)}</th>
          <th scope="col">{headName(second.layer, second.head)}</th>
          <th scope="col">difference</th>
        </tr>
      </thead>
      <tbody>
        {METRICS.filter((m) => Number.isFinite(a[m.id]) && Number.isFinite(b[m.id])).map((m) => (
          <tr key={m.id}>
            <th scope="row">{m.name}</th>
            <td class="number">{m.show(a[m.id]!)}</td>
            <td class="number">{m.show(b[m.id]!)}</td>
            <td class="number">{short(a[m.id]! - b[m.id]!)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
