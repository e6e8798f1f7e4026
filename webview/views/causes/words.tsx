/** Which words an answer depends on: taken away one after the other, or weighed by what a head takes from them. */
import { useSignal } from '@preact/signals';
import type { Edit } from '../../../model/predictions/edits.ts';
import type { Cover } from '../../../model/predictions/patches.ts';
import type { OccludeResult } from '../../../model/protocol/engine.ts';
import { groupTokens } from '../../../model/text/regroup.ts';
import { heatAt } from '../../colour/heat.ts';
import { colourIndex } from '../../draw/cells.ts';
import { visible } from '../../draw/labels.ts';
import { short } from '../../draw/numbers.ts';
import { type Side, sideOf, tokenLabel } from '../../state/axis.ts';
import { causesOf } from '../../state/causes.ts';
import { select } from '../../state/select.ts';
import type { Shown } from '../../state/shown.ts';
import type { Session } from '../../state/types.ts';
import { Button, Dropdown } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { useAnswer } from '../predict/hooks.ts';
import { Strip } from '../predict/strip.tsx';
import { scored, signed, topOf } from './bits.ts';
import { Definition } from './definition.tsx';
import { AnswerChoice, PlaceStrip, placeWords, type Question, scoreWords, useQuestion } from './question.tsx';
import { RankedList } from './ranked-list.tsx';
import { runnerOf } from './task.ts';
import { ValueWeighted } from './value-weighted.tsx';
import { Failed, Working } from './working.tsx';

type WordEdit = Exclude<Edit, Cover>;
type Method = 'hide' | 'remove' | 'exchange' | 'values';
const NAMES: Readonly<Record<Method, string>> = {
  hide: 'occlusion: hide',
  remove: 'occlusion: remove',
  exchange: 'occlusion: exchange for the mask token',
  values: 'value-weighted attention of the chosen head',
};
export function WordsSection({ session, shown }: { session: Session; shown: Shown }) {
  const { sessions, host } = usePanel();
  const question = useQuestion(session);
  const chosen = useSignal<Method | null>(null);
  const { run } = session.run;
  const { last: facts } = useAnswer(`facts ${run}`, () => sessions.ask('causes', { run }));
  const { last: specials } = useAnswer(`specials ${run}`, () => host.request('specials', { model: session.show.model.id }));
  const source = sourceSide(session);
  if (!facts || !source) return <p class="note">Looking at the graph …</p>;
  const methods = (Object.keys(NAMES) as Method[]).filter(
    (method) =>
      (method !== 'hide' || facts.canHide) &&
      (method !== 'exchange' || specials?.mask != null) &&
      (method !== 'values' || facts.valued.length > 0),
  );
  const method = chosen.value ?? methods[0]!;
  return (
    <>
      <div class="row-tools">
        <span class="muted">By</span>
        <Dropdown
          label="How it is measured"
          value={method}
          choices={methods.map((value) => ({ value, label: NAMES[value] }))}
          onChoose={(value) => {
            chosen.value = value;
          }}
        />
      </div>
      {method === 'values' ? (
        <ValueWeighted session={session} shown={shown} />
      ) : (
        <Occlusion
          session={session}
          question={question}
          source={source}
          edit={method === 'exchange' ? { how: 'exchange', id: specials!.mask! } : { how: method }}
        />
      )}
    </>
  );
}

/** The text that is read: the encoder's of an encoder–decoder. */
function sourceSide(session: Session): Side | null {
  const site = [...session.sites.values()].find(({ kind }) => kind === 'encoder' || kind === 'self' || kind === 'text');
  return site ? sideOf(session, site, 'queries') : null;
}

function Occlusion({ session, question, source, edit }: { session: Session; question: Question; source: Side; edit: WordEdit }) {
  const { sessions, store } = usePanel();
  const unit = useSignal<'word' | 'token'>('word');
  const { occlusion } = causesOf(session);
  const { place, answer, against } = question;
  const last = lastSeen(session, question, source);
  const groups = groupTokens(source.tokens, [source.text], unit.value).filter(
    ({ tokens }) => tokens[0]! <= last && tokens.some((t) => !source.tokens[t]!.special),
  );
  const of = JSON.stringify([question.key, edit, unit.value]);
  const params = {
    run: session.run.run,
    place,
    answer: answer ?? 0,
    against,
    side: 'source' as const,
    edit,
    groups: groups.map(({ tokens }) => tokens),
  };
  const runner = runnerOf(occlusion, of, (options) =>
    sessions.ask('occlude', params, options).then((result) => {
      store.said.value = 'Done.';
      return result;
    }),
  );
  const task = occlusion.value;
  const done = task.state === 'ready' && task.of === of ? task.value : null;
  return (
    <>
      <PlaceStrip session={session} question={question} />
      <div class="row-tools">
        <AnswerChoice session={session} question={question} />
      </div>
      <div class="row-tools">
        <span class="muted">each</span>
        <Dropdown
          label="What is taken away at once"
          value={unit.value}
          choices={[
            { value: 'word', label: 'word' },
            { value: 'token', label: 'token' },
          ]}
          onChoose={(value) => {
            unit.value = value;
          }}
        />
        {task.state !== 'working' && answer !== null && (
          <Button label={`Measure ${groups.length} ${unit.value}s`} icon="play" appearance="primary" onPress={runner.start} />
        )}
      </div>
      <Working task={task} onCancel={runner.cancel} />
      <Failed task={task} />
      {done && <Drops question={question} source={source} groups={groups.map(({ tokens }) => tokens)} result={done} />}
      {task.state === 'ready' && !done && <p class="note">The question has changed: measure again.</p>}
      <Definition title="What is measured?">
        Drop = {scoreWords(question) || 'log₂ p(answer)'} of the text as it is − the same with the {unit.value} taken away, in bits; one
        whole run for each. {EDITS[edit.how]} No gradients, and no claim beyond the run that was made: words that say the same may each show
        little.
      </Definition>
    </>
  );
}

/** The last token that can have a part in the answer: where no query looks ahead, the one at the place that is asked about. */
function lastSeen({ sites }: Session, { position, side }: Question, source: Side): number {
  const causal = [...sites.values()].every(({ kind, causal }) => kind === 'self' && causal);
  return causal && side === source && position !== null ? position : source.count - 1;
}

const EDITS: Readonly<Record<WordEdit['how'], string>> = {
  hide: 'Hide: no token may look at it (attention mask 0); all places stay as they are.',
  remove: 'Remove: the text is run without its tokens; later ones move up, and nothing is tokenized anew.',
  exchange: 'Exchange: the model’s own mask token stands in its place.',
};

function Drops({
  question,
  source,
  groups,
  result,
}: {
  question: Question;
  source: Side;
  groups: readonly (readonly number[])[];
  result: OccludeResult;
}) {
  const { store, theme } = usePanel();
  const most = topOf(result.drops);
  const dropOf = new Map(groups.flatMap((tokens, i) => tokens.map((token) => [token, result.drops[i]!] as const)));
  const label = (tokens: readonly number[]) =>
    visible(
      source.text.slice(source.tokens[tokens[0]!]!.start, source.tokens[tokens.at(-1)!]!.end).trim() || tokenLabel(source, tokens[0]!),
    );
  const order = groups.map((_, i) => i).sort((a, b) => (result.drops[b] || 0) - (result.drops[a] || 0));
  return (
    <>
      <p class="note">
        {scoreWords(question)} {placeWords(question)}: {scored(result.before)} bits with the whole text. Orange helps the answer, blue works
        against it; up to ±{short(most)} bits. {short(result.totalMs / 1000)} s.
      </p>
      <Strip
        side={source}
        label="Text, painted by what each word does for the answer. Arrow keys walk."
        chosen={store.selection.value.key}
        onChoose={(key) => select(store, { key })}
        paint={(token) => {
          const drop = dropOf.get(token);
          return drop === undefined || Number.isNaN(drop) ? null : heatAt(theme.value.diverging, colourIndex(drop, most, 'linear', true));
        }}
        title={(token) => `${signed(dropOf.get(token) ?? Number.NaN)} bits`}
      />
      <RankedList
        what="word"
        unit="drop, bits"
        rows={order.map((i) => ({ name: label(groups[i]!), value: result.drops[i]!, key: groups[i]![0]! }))}
        show={signed}
      />
    </>
  );
}
