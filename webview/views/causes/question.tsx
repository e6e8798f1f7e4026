/** The question that all sections ask: which answer, at which place, against which other one. */
import { useSignal } from '@preact/signals';
import type { Shares } from '../../../model/predictions/shares.ts';
import { labelsOf, type Task } from '../../../model/predictions/task.ts';
import type { AnswerPlace } from '../../../model/protocol/engine.ts';
import type { Side } from '../../state/axis.ts';
import { tokenLabel } from '../../state/axis.ts';
import { causesOf } from '../../state/causes.ts';
import { select } from '../../state/select.ts';
import type { Session } from '../../state/types.ts';
import { Dropdown, TextField } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { actualAt, isOfTokens, positionOf } from '../predict/answer.tsx';
import { useAnswer, useNames } from '../predict/hooks.ts';
import { Strip } from '../predict/strip.tsx';
import { readSide, taskFor } from '../predict/task.ts';

/** Answers that are offered in the list. */
const TOP = 8;

export interface Question {
  readonly task: Task;
  readonly side: Side | null;
  readonly position: number | null;
  readonly place: AnswerPlace;
  /** What the run as it was says, or null while that is asked for. */
  readonly shares: Shares | null;
  readonly nameOf: (id: number) => string;
  /** Null until the shares are known. */
  readonly answer: number | null;
  readonly against: number | null;
  /** Identity of the question, for what is asked once. */
  readonly key: string;
}

/** @param named further ids whose names are wanted */
export function useQuestion(session: Session, named: readonly number[] = []): Question {
  const { store, sessions } = usePanel();
  const task = taskFor(session)!;
  const side = readSide(session);
  const { chosen, place: aside } = causesOf(session);
  const elsewhere = isElsewhere(store.selection.value) && task.kind !== 'classes' ? aside.value : null;
  const position = elsewhere ?? positionOf(task, side, store.selection.value);
  const own = chosen.value.position === position ? chosen.value : { position, answer: null, against: null };
  const actual = position === null ? null : actualAt(task, side, position);
  const asked = [actual, own.answer, own.against].filter((id) => id !== null);
  const place = { output: task.output, position };
  const params = { run: session.run.run, ...place, top: TOP, asked };
  const { last: shares } = useAnswer(JSON.stringify(params), () => sessions.ask('predict', params));
  const ids = [...asked, ...(shares?.top.map(({ id }) => id) ?? []), ...named];
  const { nameOf } = useNames(isOfTokens(task) ? ids : []);
  const labels = labelsOf(session.opened.config);
  const answer = own.answer ?? actual ?? shares?.top[0]?.id ?? null;
  return {
    ...{ task, side, position, place, shares, answer, against: own.against },
    nameOf: (id) => (isOfTokens(task) ? nameOf(id) : (labels.get(id) ?? `class ${id}`)),
    key: JSON.stringify([session.run.run, place, answer, own.against]),
  };
}

/** Whether the selected head asks from another text than the one that is answered in. */
const isElsewhere = ({ kind }: { readonly kind: string }): boolean => kind === 'encoder' || kind === 'vision';

/** The text to choose the place in. */
export function PlaceStrip({ session, question: { task, side, position } }: { session: Session; question: Question }) {
  const { store } = usePanel();
  if (!side || position === null || session.show.input.kind !== 'text') return null;
  const label =
    task.kind === 'next-token'
      ? 'Text. Arrow keys choose the token after which is asked.'
      : 'Text. Arrow keys choose the token that is asked about.';
  const choose = (query: number) => {
    if (isElsewhere(store.selection.peek())) causesOf(session).place.value = query;
    else select(store, { query });
  };
  return <Strip side={side} label={label} chosen={position} onChoose={choose} />;
}

/** `after “cabinet”`, `in the place of “cabinet”`, nothing for one answer of the whole. */
export function placeWords({ task, side, position }: Question): string {
  if (!side || position === null) return '';
  return `${task.kind === 'next-token' ? 'after' : 'in the place of'} “${tokenLabel(side, position)}”`;
}

/** Which answer is followed, and, where it is `weighed`, against which. */
export function AnswerChoice({ session, question, weighed = true }: { session: Session; question: Question; weighed?: boolean }) {
  const { chosen } = causesOf(session);
  const { position, shares, answer, against, nameOf } = question;
  const set = (change: { readonly answer?: number; readonly against?: number | null }) => {
    chosen.value = { position, answer, against, ...change };
  };
  const offered = [
    ...new Set([...(answer === null ? [] : [answer]), ...(against === null ? [] : [against]), ...(shares?.top.map(({ id }) => id) ?? [])]),
  ];
  const choices = offered.map((id) => ({ value: String(id), label: nameOf(id) }));
  if (answer === null) return null;
  return (
    <>
      <span class="muted">Answer</span>
      <Dropdown
        label="Answer whose probability is followed"
        value={String(answer)}
        choices={choices}
        onChoose={(id) => set({ answer: Number(id) })}
      />
      {weighed && (
        <>
          <span class="muted">against</span>
          <Dropdown
            label="Answer that it is weighed against"
            value={against === null ? 'all' : String(against)}
            choices={[{ value: 'all', label: 'all others' }, ...choices.filter(({ value }) => value !== String(answer))]}
            onChoose={(id) => set({ against: id === 'all' ? null : Number(id) })}
          />
        </>
      )}
      {isOfTokens(question.task) && (
        <TypedAnswer session={session} weighed={weighed} onToken={(id) => set(weighed ? { against: id } : { answer: id })} />
      )}
    </>
  );
}

/** A word that is not in the list: its token, where it is one. */
function TypedAnswer({ session, weighed, onToken }: { session: Session; weighed: boolean; onToken: (id: number) => void }) {
  const { host, store } = usePanel();
  const refused = useSignal<string | null>(null);
  const find = async (word: string) => {
    const model = session.show.model.id;
    const tries = [` ${word.trim()}`, word.trim()];
    for (const text of tries) {
      const { ids } = await host.request('encode', { model, text, specials: false });
      if (ids.length !== 1) continue;
      refused.value = null;
      onToken(ids[0]!);
      return;
    }
    refused.value = `“${word.trim()}” is more than one token of this model.`;
    store.said.value = refused.value;
  };
  return (
    <>
      <TextField
        label={`${weighed ? 'Weigh against' : 'Follow'} another token: type it and press Enter`}
        placeholder="or type a token"
        onEnter={(word) => void (word.trim() && find(word))}
      />
      {refused.value && <span class="muted">{refused.value}</span>}
    </>
  );
}

/** What is measured, in words. */
export function scoreWords({ answer, against, nameOf }: Question): string {
  if (answer === null) return '';
  return against === null ? `log₂ p(${nameOf(answer)})` : `log₂ p(${nameOf(answer)}) ÷ p(${nameOf(against)})`;
}
