/** What the model would say with other heads or another text: before and after, and how much that is. */
import { useSignal } from '@preact/signals';
import { divergenceBits } from '../../../model/predictions/bits.ts';
import type { HeadChange } from '../../../model/protocol/engine.ts';
import { exact, headName, short } from '../../draw/numbers.ts';
import { sideOf, tokenLabel } from '../../state/axis.ts';
import { addChanges, type Change, causesOf, removeChange } from '../../state/causes.ts';
import { type HeadRef, type Session, siteKey } from '../../state/types.ts';
import { Button, Dropdown, Icon, TextField } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { useAnswer } from '../predict/hooks.ts';
import { Strip } from '../predict/strip.tsx';
import { useAsked } from './asked.ts';
import { BeforeAfter } from './before-after.tsx';
import { Definition } from './definition.tsx';
import { changedInput, wordAround } from './input.ts';
import { PlaceStrip, placeWords, type Question, useQuestion } from './question.tsx';
import { Failed, Working } from './working.tsx';

export function WhatIfSection({ session }: { session: Session }) {
  const { sessions, host } = usePanel();
  const question = useQuestion(session);
  const { changes, unchanged } = causesOf(session);
  const now = changes.value;
  const { run } = session.run;
  const { place } = question;
  const key = JSON.stringify([run, place, now]);
  const { task, last, cancel } = useAsked(key, async (options) => {
    const input = await changedInput(session, host, now);
    const heads = now.flatMap((change) =>
      change.kind === 'head' ? [{ key: siteKey(change.ref), head: change.ref.head, how: change.how }] : [],
    );
    const at = JSON.stringify(place);
    const before = unchanged.get(at) ?? (await sessions.ask('answer', { run, place }, options)).logits;
    unchanged.set(at, before);
    if (heads.length === 0 && !input) return { key, before, after: before };
    const moved =
      input && place.position !== null && answersInSource(session) ? { ...place, position: input.moved(place.position) } : place;
    const { logits: after } = await sessions.ask('answer', { run, place: moved, heads, ...(input && { input: input.params }) }, options);
    return { key, before, after };
  });
  return (
    <>
      <PlaceStrip session={session} question={question} />
      <HeadTools session={session} />
      {session.show.input.kind === 'text' && <TextTools session={session} />}
      <Changes session={session} />
      <Working task={task} onCancel={cancel} />
      <Failed task={task} />
      {last && task.state !== 'failed' && (
        <div class={last.key === key ? '' : 'stale'}>
          <p class="note" aria-live="polite">
            {last.key !== key ? (
              'Running …'
            ) : (
              <Outcome question={question} changes={now.length} bits={divergenceBits(last.before, last.after)} />
            )}
          </p>
          <BeforeAfter question={question} before={last.before} after={last.after} changed={now.length > 0} />
        </div>
      )}
      <p class="note">
        <Icon name="info" /> Only this table shows the changed run. All other views and the text in the editor show the run as it was.
      </p>
      <Definition title="What is computed here?">
        The whole model runs again with the changed heads. <b>off</b>: the head adds nothing (its weights become 0). <b>even</b>: it looks
        at every key that it can see alike, so that it adds the mean of their values: attention without a choice. <b>× ½, × 2</b>: what it
        adds is scaled. <b>hide</b>: no token may look at it (attention mask 0); its place stays. <b>exchange</b>: the text is tokenized and
        run anew with the other word. KL divergence = Σ p·log₂(p ÷ q) over all {question.shares?.size ?? ''} answers, p before and q after:
        0 where nothing changes.
      </Definition>
    </>
  );
}

function Outcome({ question, changes, bits }: { question: Question; changes: number; bits: number }) {
  const place = placeWords(question);
  if (changes === 0) return <>The run as it is{place && `, ${place}`}. Change something to compare.</>;
  return (
    <>
      With {changes === 1 ? 'this change' : `these ${changes} changes`}, {place || 'for the whole'}: KL divergence{' '}
      <b title={exact(bits)}>{short(bits)} bits</b>.
    </>
  );
}

/** Whether the positions of the answers count in the text that can be edited: not where a decoder answers. */
function answersInSource({ sites }: Session): boolean {
  return ![...sites.values()].some(({ kind }) => kind === 'decoder');
}

type How = 'zero' | 'mean' | '0.5' | '2';
const HOWS: readonly { readonly value: How; readonly label: string }[] = [
  { value: 'zero', label: 'off' },
  { value: 'mean', label: 'even' },
  { value: '0.5', label: '× ½' },
  { value: '2', label: '× 2' },
];
const VERBS: Readonly<Record<How, string>> = { zero: 'Switch off', mean: 'Even out', '0.5': 'Halve', '2': 'Double' };
const howOf = (how: How): HeadChange['how'] => (how === 'zero' || how === 'mean' ? how : Number(how));
const howWords = (how: HeadChange['how']): string =>
  typeof how === 'number' ? `× ${how === 0.5 ? '½' : how}` : how === 'zero' ? 'off' : 'even';

/** The heads chosen in the grid, switched off or turned. */
function HeadTools({ session }: { session: Session }) {
  const { store } = usePanel();
  const how = useSignal<How>('zero');
  const state = causesOf(session);
  const heads = store.heads.value;
  const site = session.sites.get(siteKey(heads[0]!));
  const apply = (refs: readonly HeadRef[]) =>
    addChanges(
      state,
      refs.map((ref) => ({ kind: 'head', ref, how: howOf(how.peek()) })),
    );
  const names = heads.length > 3 ? `${heads.length} heads` : heads.map(({ layer, head }) => headName(layer, head)).join(', ');
  const layer = Array.from({ length: site?.run.heads ?? 0 }, (_, head) => ({ ...heads[0]!, head }));
  return (
    <div class="row-tools">
      <Dropdown
        label="What happens to the heads"
        value={how.value}
        choices={HOWS}
        onChoose={(value) => {
          how.value = value;
        }}
      />
      <Button label={`${VERBS[how.value]} ${names}`} icon="eye-closed" appearance="primary" onPress={() => apply(heads)} />
      {layer.length > 1 && <Button label={`… all of layer ${heads[0]!.layer + 1}`} onPress={() => apply(layer)} />}
      <span class="muted">Shift+click in the grid takes several heads.</span>
    </div>
  );
}

/** A token hidden, a word exchanged. */
function TextTools({ session }: { session: Session }) {
  const { sessions } = usePanel();
  const input = session.show.input;
  const spot = useSignal<number | null>(null);
  const state = causesOf(session);
  const { run } = session.run;
  const { last: facts } = useAnswer(String(run), () => sessions.ask('causes', { run }));
  const site = [...session.sites.values()].find(({ kind }) => kind !== 'cross' && kind !== 'decoder');
  if (input.kind !== 'text' || !site) return null;
  const side = sideOf(session, site, 'queries');
  const token = spot.value;
  const span = token === null ? null : wordAround(input, token);
  const word = span && input.text.slice(input.tokens[span[0]]!.start, input.tokens[span[1]]!.end);
  return (
    <details class="change-text">
      <summary>Change the text</summary>
      <Strip
        side={side}
        label="Text. Arrow keys choose the token to hide or the word to exchange."
        chosen={token}
        onChoose={(chosen) => {
          spot.value = chosen;
        }}
      />
      <div class="row-tools">
        {token === null ? (
          <span class="muted">Choose a token above.</span>
        ) : (
          <>
            {facts?.canHide && (
              <Button
                label={`Hide “${tokenLabel(side, token)}”`}
                icon="eye-closed"
                onPress={() => addChanges(state, [{ kind: 'hide', token }])}
              />
            )}
            {word && span && (
              <TextField
                key={word}
                label={`Another word for ${word}: type it and press Enter`}
                placeholder={`another word for “${word.trim()}”`}
                onEnter={(text) =>
                  addChanges(state, [
                    { kind: 'word', from: span[0], to: span[1], text: /^\s/u.test(word) ? ` ${text.trim()}` : text.trim() },
                  ])
                }
              />
            )}
            {facts && !facts.canHide && <span class="muted">This model takes no mask, so no token can be hidden.</span>}
          </>
        )}
      </div>
    </details>
  );
}

/** What was changed, each to be taken back. */
function Changes({ session }: { session: Session }) {
  const state = causesOf(session);
  const changes = state.changes.value;
  if (changes.length === 0) return null;
  return (
    <div class="row-tools">
      <ul class="pins" aria-label="Changes">
        {changes.map((change) => (
          <li key={JSON.stringify(change)}>
            <button type="button" class="chip" title="Take this change back" onClick={() => removeChange(state, change)}>
              {changeWords(session, change)} <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      <Button label="Undo" icon="discard" onPress={() => removeChange(state, changes.at(-1)!)} />
      {changes.length > 1 && (
        <Button
          label="Clear"
          onPress={() => {
            state.changes.value = [];
          }}
        />
      )}
    </div>
  );
}

function changeWords(session: Session, change: Change): string {
  const { input } = session.show;
  if (change.kind === 'head') {
    const { kind, layer, head } = change.ref;
    return `${kind === 'self' ? '' : `${kind} `}${headName(layer, head)} ${howWords(change.how)}`;
  }
  if (input.kind !== 'text') return '';
  const words = (from: number, to: number) =>
    input.text.slice(input.tokens[from]!.start, input.tokens[to]!.end).trim() || input.tokens[from]!.piece;
  return change.kind === 'hide'
    ? `“${words(change.token, change.token)}” hidden`
    : `“${words(change.from, change.to)}” → “${change.text.trim()}”`;
}
