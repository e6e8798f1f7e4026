/** Which words an answer depends on: taken away one after the other, or weighed by what a head takes from them. */
import { useSignal } from '@preact/signals';
import { valueWeighted } from '../../../model/metrics/value-norm.ts';
import type { Edit } from '../../../model/predictions/edits.ts';
import type { OccludeResult } from '../../../model/protocol/engine.ts';
import { groupTokens } from '../../../model/text/regroup.ts';
import { heatAt } from '../../colour/heat.ts';
import { colourIndex } from '../../draw/cells.ts';
import { visible } from '../../draw/labels.ts';
import { exact, headName, short } from '../../draw/numbers.ts';
import { type Side, sideOf, tokenLabel } from '../../state/axis.ts';
import { causesOf } from '../../state/causes.ts';
import { select } from '../../state/select.ts';
import type { Shown } from '../../state/shown.ts';
import { type Session, siteKey } from '../../state/types.ts';
import { Button, Dropdown } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { useAnswer } from '../predict/hooks.ts';
import { Strip } from '../predict/strip.tsx';
import { scored, signed } from './bits.ts';
import { Definition } from './definition.tsx';
import { AnswerChoice, PlaceStrip, placeWords, type Question, scoreWords, useQuestion } from './question.tsx';
import { runnerOf } from './task.ts';
import { Failed, Working } from './working.tsx';

type Method = 'hide' | 'remove' | 'exchange' | 'values';
const NAMES: Readonly<Record<Method, string>> = {
  hide: 'occlusion: hide',
  remove: 'occlusion: remove',
  exchange: 'occlusion: exchange for the mask token',
  values: 'value-weighted attention of the chosen head',
};
/** Rows in the page; more are a click away. */
const ROWS = 24;

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

function Occlusion({ session, question, source, edit }: { session: Session; question: Question; source: Side; edit: Edit }) {
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

const EDITS: Readonly<Record<Edit['how'], string>> = {
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
  const most = result.drops.reduce((top, drop) => (Number.isNaN(drop) ? top : Math.max(top, Math.abs(drop))), 0);
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

interface Row {
  readonly name: string;
  readonly value: number;
  /** Token that is selected as key. */
  readonly key: number;
}

function RankedList({ what, unit, rows, show }: { what: string; unit: string; rows: readonly Row[]; show: (value: number) => string }) {
  const { store } = usePanel();
  const all = useSignal(false);
  return (
    <div class="table-scroll">
      <table class="metrics-table">
        <thead>
          <tr>
            <th scope="col">{what}</th>
            <th scope="col" aria-sort="descending">
              {unit}
            </th>
          </tr>
        </thead>
        <tbody>
          {(all.value ? rows : rows.slice(0, ROWS)).map(({ name, value, key }) => (
            <tr key={key} class={store.selection.value.key === key ? 'chosen' : ''}>
              <th scope="row">
                <button type="button" class="plain link" dir="auto" onClick={() => select(store, { key })}>
                  {name}
                </button>
              </th>
              <td class="number" title={Number.isNaN(value) ? 'The place that is asked about is itself gone.' : exact(value)}>
                {show(value)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {!all.value && rows.length > ROWS && (
        <Button
          label={`Show all ${rows.length}`}
          onPress={() => {
            all.value = true;
          }}
        />
      )}
    </div>
  );
}

/** α · ‖v·W_O‖ of the chosen head from the chosen query: how much each key adds to the residual stream. */
function ValueWeighted({ session, shown }: { session: Session; shown: Shown }) {
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
