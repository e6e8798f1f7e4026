/** Comparing two heads or layers: the second is taken away from the first, cell by cell, and metric by metric. */
import { useSignal } from '@preact/signals';
import { headName } from '../../draw/numbers.ts';
import { setView } from '../../state/store.ts';
import { type HeadRef, headKey, type Session, sameHead } from '../../state/types.ts';
import { Button, Icon, TextField } from '../../ui/controls.tsx';
import { Popover } from '../../ui/popover.tsx';
import { usePanel } from '../context.ts';
import { findHeads } from '../heads/find.ts';
import { Differences } from './differences.tsx';

export function CompareMenu({ session }: { session: Session }) {
  const { store } = usePanel();
  return (
    <Popover
      label="Compare"
      title="Compare with another head, text or model"
      face={<Icon name="git-compare" />}
      class="icon-button"
      opens={store.asked}
      name="compare"
    >
      {(close) => <Card session={session} close={close} />}
    </Popover>
  );
}

function Card({ session, close }: { session: Session; close: () => void }) {
  const { store, measures } = usePanel();
  const words = useSignal('');
  const chosen = store.selection.value;
  const against = store.against.value;
  const compare = (ref: HeadRef | undefined) => {
    words.value = ref && !sameHead(ref, chosen) ? '' : 'Name another head of this model, such as L2H3.';
    if (ref && !sameHead(ref, chosen)) store.against.value = ref;
  };
  const [before, now] = [against && measures.value.get(headKey(against)), measures.value.get(headKey(chosen))];
  const values = before && now ? ([before, now] as const) : null;
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
          {values && <Differences names={[headName(against.layer, against.head), headName(chosen.layer, chosen.head)]} values={values} />}
          <Button
            label="Stop comparing"
            onPress={() => {
              store.against.value = null;
            }}
          />
        </>
      )}
      <Button
        label="Side by side, or with another text or model"
        icon="split-horizontal"
        onPress={() => {
          close();
          setView(store, { tab: 'compare' });
        }}
      />
      <p class="note" role="status">
        {words.value}
      </p>
    </div>
  );
}
