/** The walk: one column, block by block, from characters to probabilities, with the run's own numbers. */
import { useState } from 'preact/hooks';
import type { StepDifference, Walk, WalkSection } from '../../../model/protocol/walk.ts';
import { GRADE_SIGNS, gradeOf, share, worstFirst } from '../../state/agreement.ts';
import { sideOf, tokenLabel } from '../../state/axis.ts';
import { select } from '../../state/select.ts';
import type { Session } from '../../state/types.ts';
import { Button } from '../../ui/controls.tsx';
import { rough } from '../check/chip.tsx';
import { usePanel } from '../context.ts';
import { Answers } from './answers.tsx';
import { Characters } from './characters.tsx';
import { Section } from './section.tsx';
import { sectionTitle } from './titles.ts';
import { blockTitle } from './words.ts';

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
      <WorstBlocks sections={sections} session={session} onGo={(index) => setOpen(new Set([...open, index]))} />
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

/** Blocks that are furthest from the reference. */
const WORST = 3;

function WorstBlocks({ session, sections, onGo }: { session: Session; sections: readonly WalkSection[]; onGo: (section: number) => void }) {
  const { checks } = usePanel();
  const now = checks.state.value;
  if (now.at !== 'done') return null;
  const worst = worstFirst(now.comparison.steps).slice(0, WORST);
  const go = async ({ section, step }: StepDifference) => {
    onGo(section);
    const block = await appearing(step);
    block?.scrollIntoView({ block: 'nearest' });
    block?.querySelector<HTMLElement>('.walk-hands')?.focus();
  };
  return (
    <div class="walk-worst">
      <p>Furthest from the reference, as a part of the largest value:</p>
      <ul>
        {worst.map((one) => {
          const step = sections[one.section]!.steps.find(({ id }) => id === one.step)!;
          return (
            <li key={`${one.section} ${one.step}`}>
              <button type="button" class="plain link" onClick={() => void go(one)}>
                {sectionTitle(session, sections[one.section]!, sections[one.section + 1])}: {blockTitle(step)}
              </button>{' '}
              <span class={`grade ${gradeOf(one)}`}>
                Δ {rough(share(one))} {GRADE_SIGNS[gradeOf(one)]}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** The block of a step, once its piece was computed and drawn; null when that does not happen. */
async function appearing(step: string): Promise<HTMLElement | null> {
  const find = () => [...document.querySelectorAll<HTMLElement>('.walk-block')].find(({ dataset }) => dataset.step === step) ?? null;
  for (let frame = 0; frame < 600 && !find(); frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
  return find();
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
