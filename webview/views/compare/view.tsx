/** Two heads side by side: of one run, of two texts, of two models. */
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { headName } from '../../draw/numbers.ts';
import { runName } from '../../state/kept.ts';
import { valuesOf } from '../../state/measures.ts';
import type { Shown } from '../../state/shown.ts';
import { amountOf, type HeadMap, headMap, sideBySide } from '../../state/side-by-side.ts';
import { type HeadRef, headKey, type Loaded, type Session, sameHead } from '../../state/types.ts';
import { usePanel } from '../context.ts';
import { MapChoices } from '../matrix/tools.tsx';
import { Choose, firstOf, KeptWords } from './choose.tsx';
import { Differences } from './differences.tsx';
import { CompareMaps } from './maps.tsx';
import { RankByDifference } from './rank.tsx';
import { Aligned } from './strip.tsx';

export function CompareView({ shown }: { shown: Shown }) {
  const { store } = usePanel();
  const session = store.session.value!;
  const kept = store.kept.value;
  return (
    <div class="compare-view drawing">
      <Choose session={session} />
      <KeptWords session={session} />
      <Body session={session} choices={<MapChoices shown={shown} />} />
      {kept && kept.session !== session && <RankByDifference kept={kept} session={session} />}
    </div>
  );
}

function Body({ session, choices }: { session: Session; choices: ComponentChildren }) {
  const { store } = usePanel();
  const { kind, layer, head } = store.selection.value;
  const second = { kind, layer, head };
  const first = firstOf(store, session);
  const [a, b] = [useWeights(first.session, first.ref), useWeights(session, second)];
  if (first.session === session && sameHead(first.ref, second))
    return <p class="note">Both are {headName(layer, head)} of this run. Choose another layer or head above, or run something else.</p>;
  if (a.state === 'failed') return <p role="alert">{a.error.message}</p>;
  if (b.state === 'failed') return <p role="alert">{b.error.message}</p>;
  if (a.state !== 'ready' || b.state !== 'ready') return <p class="note">Computing the weights …</p>;
  const [one, two] = [namesOf(first.session, first.ref, session), namesOf(session, second, first.session)];
  return <Both session={session} first={first} second={second} weights={[a.value, b.value]} names={[one, two]} choices={choices} />;
}

/** `L3·H1`, with the run's name where the other is of another run. */
const namesOf = (session: Session, ref: HeadRef, other: Session): string =>
  session === other ? headName(ref.layer, ref.head) : `${headName(ref.layer, ref.head)} · ${runName(session)}`;

/** A head's weights: of the run on screen from the engine, of the kept one from memory. */
function useWeights(session: Session, ref: HeadRef): Loaded<Float32Array> {
  const { store, maps } = usePanel();
  if (session === store.session.value) {
    const loaded = maps.value?.head(ref).value ?? { state: 'loading' };
    return loaded.state === 'ready' ? { state: 'ready', value: loaded.value.weights } : loaded;
  }
  const kept = store.kept.value?.weights.get(headKey(ref));
  if (kept) return { state: 'ready', value: kept };
  const message = `${headName(ref.layer, ref.head)} of the kept run was not kept: choose a head nearer to the one that was chosen then.`;
  return { state: 'failed', error: { code: 'limit', message } };
}

interface BothProps {
  readonly session: Session;
  readonly first: { readonly session: Session; readonly ref: HeadRef };
  readonly second: HeadRef;
  readonly weights: readonly [Float32Array, Float32Array];
  readonly names: readonly [string, string];
  readonly choices: ComponentChildren;
}

function Both({ session, first, second, weights: [a, b], names, choices }: BothProps) {
  const { store } = usePanel();
  const { specials, grouping } = store.view.value;
  const { both, amount, values } = useMemo(() => {
    const view = { specials, grouping };
    const maps = [headMap(first.session, first.ref, a, view), headMap(session, second, b, view)] as const;
    const both = sideBySide(...maps);
    return { both, amount: amountOf(both), values: [valuesOfMap(maps[0]), valuesOfMap(maps[1])] as const };
  }, [a, b, first.session, session, specials, grouping]);
  return (
    <>
      <CompareMaps both={both} names={names} choices={choices} />
      <Aligned both={both} amount={amount} />
      <Differences names={[headName(first.ref.layer, first.ref.head), headName(second.layer, second.head)]} values={values} />
    </>
  );
}

const valuesOfMap = ({ session, site, weights }: HeadMap) => valuesOf(session, site, weights);
