/** Which heads matter for an answer: each switched off in a run of its own, as a map over layers and heads and as a list. */
import { useSignal } from '@preact/signals';
import type { RankHeadsResult } from '../../../model/protocol/engine.ts';
import { exact, headName, short } from '../../draw/numbers.ts';
import { causesOf } from '../../state/causes.ts';
import { knownOf, select } from '../../state/select.ts';
import { type HeadRef, headKey, type Session, type Site, sameHead } from '../../state/types.ts';
import { Button, Dropdown } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { useAnswer } from '../predict/hooks.ts';
import { scored, signed } from './bits.ts';
import { Definition } from './definition.tsx';
import { HeadsMap } from './heads-map.tsx';
import { AnswerChoice, PlaceStrip, placeWords, type Question, scoreWords, useQuestion } from './question.tsx';
import { runnerOf } from './task.ts';
import { Failed, Working } from './working.tsx';

/** Rows in the page; more are a click away. */
const ROWS = 24;

export function HeadsSection({ session }: { session: Session }) {
  const { sessions, store } = usePanel();
  const question = useQuestion(session);
  const how = useSignal<'zero' | 'mean'>('zero');
  const { ranking } = causesOf(session);
  const { place, answer, against } = question;
  const of = JSON.stringify([question.key, how.value]);
  const runner = runnerOf(ranking, of, (options) =>
    sessions.ask('rankHeads', { run: session.run.run, place, answer: answer!, against, how: how.peek() }, options).then((result) => {
      const [top] = ranked(session, result);
      if (top) store.said.value = `Done. ${headName(top.ref.layer, top.ref.head)} matters most: ${short(top.drop)} bits.`;
      return result;
    }),
  );
  const task = ranking.value;
  const { run } = session.run;
  const { last: facts } = useAnswer(`facts ${run}`, () => sessions.ask('causes', { run }));
  const total = (facts?.turnable ?? []).reduce((sum, key) => sum + (session.sites.get(key)?.run.heads ?? 0), 0);
  return (
    <>
      <PlaceStrip session={session} question={question} />
      <div class="row-tools">
        <AnswerChoice session={session} question={question} />
      </div>
      <div class="row-tools">
        <span class="muted">each head</span>
        <Dropdown
          label="What happens to each head"
          value={how.value}
          choices={[
            { value: 'zero', label: 'off' },
            { value: 'mean', label: 'even' },
          ]}
          onChoose={(value) => {
            how.value = value;
          }}
        />
        {task.state !== 'working' && answer !== null && total > 0 && (
          <Button label={`Measure ${total} heads`} icon="play" appearance="primary" onPress={runner.start} />
        )}
      </div>
      {facts && facts.refused.length > 0 && (
        <p class="note">
          {total === 0 ? 'No head can be changed' : `${facts.refused.length} layers are left out`}: {facts.refused[0]!.reason}
        </p>
      )}
      <Working task={task} onCancel={runner.cancel} />
      <Failed task={task} />
      {task.state === 'ready' && <Result session={session} result={task.value} question={question} stale={task.of !== of} />}
      <Definition title="What is measured?">
        Drop = {scoreWords(question) || 'log₂ p(answer)'} of the run as it was − the same with one head changed, in bits; one whole run for
        each head. 1 bit: without the head the answer is half as likely{against === null ? '' : ', against the other one'}. Below 0: the
        head works against the answer. <b>off</b>: the head adds nothing. <b>even</b>: it looks at every visible key alike. Heads that can
        stand in for each other may all show little: one head at a time is changed, all others stay.
      </Definition>
    </>
  );
}

export interface RankedHead {
  readonly ref: HeadRef;
  readonly drop: number;
}

/** Every head that was measured, largest drop first. */
export function ranked({ sites }: Session, result: RankHeadsResult): RankedHead[] {
  const heads = result.sites.flatMap(({ key, drops }) => {
    const site = sites.get(key);
    return site ? Array.from(drops, (drop, head): RankedHead => ({ ref: { kind: site.kind, layer: site.layer, head }, drop })) : [];
  });
  return heads.sort((a, b) => b.drop - a.drop);
}

function Result({ session, result, question, stale }: { session: Session; result: RankHeadsResult; question: Question; stale: boolean }) {
  const heads = ranked(session, result);
  const measured = result.sites.map(({ key }) => session.sites.get(key)).filter((site) => site !== undefined);
  const kinds = [...new Set(measured.map(({ kind }) => kind))];
  const drops = new Map(heads.map(({ ref, drop }) => [headKey(ref), drop]));
  return (
    <>
      <p class="note">
        {stale && <b>The question has changed: measure again. </b>}
        {!stale && (
          <>
            {scoreWords(question)} {placeWords(question)}: <span title={exact(result.before)}>{scored(result.before)} bits</span> with all
            heads.{' '}
          </>
        )}
        {heads.length} heads in {short(result.totalMs / 1000)} s.
      </p>
      <div class={stale ? 'stale' : ''}>
        {kinds.map((kind) => (
          <HeadsMap
            key={kind}
            sites={measured.filter((site): site is Site => site.kind === kind)}
            drops={drops}
            title={kinds.length > 1 ? kind : null}
          />
        ))}
        <HeadsTable session={session} heads={heads} />
      </div>
    </>
  );
}

function HeadsTable({ session, heads }: { session: Session; heads: readonly RankedHead[] }) {
  const { store } = usePanel();
  const all = useSignal(false);
  const byLayer = useSignal(false);
  const several = new Set(heads.map(({ ref }) => ref.kind)).size > 1;
  const known = [...new Set(heads.map(({ ref }) => ref.kind))].flatMap((kind) => knownOf(session, kind).map((head) => ({ ...head, kind })));
  const order = (a: RankedHead, b: RankedHead) => a.ref.layer - b.ref.layer || a.ref.head - b.ref.head;
  const sorted = byLayer.value ? [...heads].sort(order) : heads;
  const sortBy = (value: boolean) => () => {
    byLayer.value = value;
  };
  return (
    <div class="table-scroll">
      <table class="metrics-table" aria-label="Heads by their drop">
        <thead>
          <tr>
            <th scope="col" aria-sort={byLayer.value ? 'ascending' : 'none'}>
              <button type="button" class="plain" onClick={sortBy(true)}>
                head
              </button>
            </th>
            <th scope="col" aria-sort={byLayer.value ? 'none' : 'descending'}>
              <button type="button" class="plain" onClick={sortBy(false)}>
                drop, bits{byLayer.value ? '' : ' ↓'}
              </button>
            </th>
            {known.length > 0 && (
              <th scope="col" class="words-cell">
                the model’s card says
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {(all.value ? sorted : sorted.slice(0, ROWS)).map(({ ref, drop }) => (
            <tr key={headKey(ref)} class={sameHead(ref, store.selection.value) ? 'chosen' : ''}>
              <th scope="row">
                <button type="button" class="plain link" onClick={() => select(store, ref)}>
                  {several ? `${ref.kind} ` : ''}
                  {headName(ref.layer, ref.head)}
                </button>
              </th>
              <td class="number" title={exact(drop)}>
                {signed(drop)}
              </td>
              {known.length > 0 && (
                <td class="words-cell">
                  {known
                    .filter((k) => sameHead(k, ref))
                    .map(({ relation }) => relation)
                    .join(', ')}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {!all.value && sorted.length > ROWS && (
        <Button
          label={`Show all ${sorted.length} heads`}
          onPress={() => {
            all.value = true;
          }}
        />
      )}
    </div>
  );
}
