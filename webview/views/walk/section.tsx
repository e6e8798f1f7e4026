/** A piece of the walk: folded to a line, or with all its blocks. */
import type { StageResult, WalkSection, WalkStep } from '../../../model/protocol/walk.ts';
import { worstFirst } from '../../state/agreement.ts';
import type { Session } from '../../state/types.ts';
import { Icon, ProgressRing } from '../../ui/controls.tsx';
import { useSlow } from '../../ui/hooks.ts';
import { rough } from '../check/chip.tsx';
import { usePanel } from '../context.ts';
import { Block } from './block.tsx';
import { rowsOf } from './rows.ts';
import { sectionTitle } from './titles.ts';
import { blockTitle } from './words.ts';

export interface SectionProps {
  readonly session: Session;
  readonly sections: readonly WalkSection[];
  readonly index: number;
  readonly open: boolean;
  readonly onToggle: () => void;
}

const blocksWords = ({ steps }: WalkSection): string => `${steps.length} ${steps.length === 1 ? 'block' : 'blocks'}`;

export function Section({ session, sections, index, open, onToggle }: SectionProps) {
  const section = sections[index]!;
  const id = `walk-${index}`;
  return (
    <section class="walk-section" aria-label={sectionTitle(session, section, sections[index + 1])}>
      <h3>
        <button type="button" class="plain fold" aria-expanded={open} aria-controls={id} onClick={onToggle}>
          <Icon name={open ? 'chevron-down' : 'chevron-right'} /> {sectionTitle(session, section, sections[index + 1])}
          <span class="muted"> {blocksWords(section)}</span>
          <Worst index={index} />
        </button>
      </h3>
      <div id={id} hidden={!open}>
        {open && <Steps session={session} sections={sections} index={index} />}
      </div>
    </section>
  );
}

/** The worst difference of a folded piece. */
function Worst({ index }: { readonly index: number }) {
  const { checks } = usePanel();
  const now = checks.state.value;
  if (now.at !== 'done') return null;
  const [worst] = worstFirst(now.comparison.steps.filter(({ section }) => section === index));
  return worst ? <span class="muted"> Δ ≤ {rough(worst.largest)}</span> : null;
}

function Steps({ session, sections, index }: Omit<SectionProps, 'open' | 'onToggle'>) {
  const { walks, store } = usePanel();
  const now = walks.of(session).stage(index, store.selection.value.head).value;
  const slow = useSlow(now.state === 'loading');
  if (now.state === 'failed') return <p role="alert">{now.error.message}</p>;
  if (now.state === 'loading') {
    return (
      <div class="walk-waiting">
        {slow && <ProgressRing label="Computing this layer" />}
        {blocksWords(sections[index]!)} …
      </div>
    );
  }
  return <Blocks session={session} sections={sections} index={index} result={now.value} />;
}

function Blocks({ session, sections, index, result }: Omit<SectionProps, 'open' | 'onToggle'> & { readonly result: StageResult }) {
  const { store } = usePanel();
  const values = new Map(result.values.map((value) => [value.id, value]));
  const rows = rowsOf({ session, sections, section: index, values, store });
  return (
    <>
      {inReadingOrder(sections[index]!.steps).map((step) => {
        const value = values.get(step.id);
        const added = step.side === null ? null : (values.get(step.side) ?? null);
        if (!value) return <TooLarge key={step.id} step={step} />;
        return <Block key={step.id} step={step} value={value} added={added} rows={rows} />;
      })}
    </>
  );
}

/** A step that was left out: scores and weights of a long text. */
const TooLarge = ({ step }: { readonly step: WalkStep }) => (
  <article class="walk-block" aria-label={blockTitle(step)}>
    <h4>{blockTitle(step)}</h4>
    <p class="muted">
      The text is too long to hold this for all heads at once: see Matrix and Neurons for one head, or run on a shorter piece.
    </p>
  </article>
);

const READING: readonly WalkStep['role'][] = ['query', 'key', 'value'];

/** Queries before keys before values, where the graph cuts them out of one projection in another order. */
function inReadingOrder(steps: readonly WalkStep[]): WalkStep[] {
  const places = steps.flatMap(({ role, kind, inputs }, i) =>
    kind === 'heads' && READING.includes(role) ? [{ i, from: inputs[0], role }] : [],
  );
  const ordered = [...steps];
  if (new Set(places.map(({ from }) => from)).size !== 1) return ordered;
  const sorted = places.toSorted((a, b) => READING.indexOf(a.role) - READING.indexOf(b.role));
  places.forEach(({ i }, place) => {
    ordered[i] = steps[sorted[place]!.i]!;
  });
  return ordered;
}
