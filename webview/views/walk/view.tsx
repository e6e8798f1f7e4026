/** The walk: one column, block by block, from characters to probabilities, with the run's own numbers. */
import { useState } from 'preact/hooks';
import type { Walk } from '../../../model/protocol/walk.ts';
import { sideOf, tokenLabel } from '../../state/axis.ts';
import { select } from '../../state/select.ts';
import type { Session } from '../../state/types.ts';
import { Button } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { Answers } from './answers.tsx';
import { Characters } from './characters.tsx';
import { Section } from './section.tsx';

export function WalkView() {
  const { store, walks } = usePanel();
  const session = store.session.value;
  if (!session) return null;
  const plan = walks.of(session).plan.value;
  if (plan.state === 'failed')
    return (
      <p class="failed" role="alert">
        {plan.error.message}
      </p>
    );
  if (plan.state === 'loading') return <div class="walk" />;
  return <Column session={session} walk={plan.value} key={session.run.run} />;
}

function Column({ session, walk }: { readonly session: Session; readonly walk: Walk }) {
  const { store } = usePanel();
  const { sections, remarks } = walk;
  const { kind, layer } = store.selection.peek();
  const [open, setOpen] = useState<ReadonlySet<number>>(
    () => new Set([sections.findIndex(({ sites }) => sites.includes(`${kind}/${layer}`))]),
  );
  const toggle = (index: number) => setOpen(new Set(open.has(index) ? [...open].filter((one) => one !== index) : [...open, index]));
  return (
    <div class="walk">
      <Tools session={session} />
      <Characters session={session} />
      {sections.map((_, index) => (
        <Section key={index} session={session} sections={sections} index={index} open={open.has(index)} onToggle={() => toggle(index)} />
      ))}
      <Answers session={session} sections={sections} />
      {remarks.map((remark) => (
        <p class="note" key={remark}>
          {remark}
        </p>
      ))}
    </div>
  );
}

/** Which token is followed, and the check. */
function Tools({ session }: { readonly session: Session }) {
  const { store, checks } = usePanel();
  const site = store.site.value;
  const { query } = store.selection.value;
  const side = site ? sideOf(session, site, 'queries') : null;
  const now = checks.state.value;
  return (
    <div class="row-tools walk-tools">
      <p class="grow">
        {query === null || !side ? (
          'Click a row to follow its token through all blocks.'
        ) : (
          <>
            Following <strong>{tokenLabel(side, query)}</strong> (#{query + 1}) in head {store.selection.value.head + 1}: its row is lit
            everywhere.
          </>
        )}
      </p>
      {query !== null && <Button label="Follow none" onPress={() => select(store, { query: null, key: null })} />}
      {now.at === 'none' && <Button label="Check against reference" icon="verified" onPress={() => void checks.start()} />}
      {now.at === 'working' && (
        <span class="muted" role="status">
          {now.words} {now.fraction === null ? '…' : `${Math.round(now.fraction * 100)} %`}
        </span>
      )}
      {now.at === 'failed' && <span role="alert">{now.error.message}</span>}
    </div>
  );
}
