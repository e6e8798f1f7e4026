/** What the model says: the next token after a position, the token at a masked one, or classes. */

import type { Shares } from '../../../model/predictions/shares.ts';
import { labelsOf, type Task } from '../../../model/predictions/task.ts';
import { short } from '../../draw/numbers.ts';
import { type Side, tokenLabel } from '../../state/axis.ts';
import { select } from '../../state/select.ts';
import type { Session } from '../../state/types.ts';
import { usePanel } from '../context.ts';
import { useAnswer, useNames } from './hooks.ts';
import { SharesList } from './shares.tsx';
import { Strip } from './strip.tsx';
import { readSide, taskFor } from './task.ts';

const TOP = 10;

export function AnswerSection({ session }: { session: Session }) {
  const { store, sessions } = usePanel();
  const task = taskFor(session)!;
  const side = readSide(session);
  const position = positionOf(task, side, store.selection.value);
  const actual = position === null ? null : actualAt(task, side, position);
  const asked = actual === null ? [] : [actual];
  const params = { run: session.run.run, output: task.output, position, top: TOP, asked };
  const { now, last } = useAnswer(JSON.stringify(params), () => sessions.ask('predict', params));
  const { nameOf } = useNames(isOfTokens(task) ? (last?.top.map(({ id }) => id) ?? []) : []);
  const labels = labelsOf(session.opened.config);
  const name = (id: number) => (isOfTokens(task) ? nameOf(id) : (labels.get(id) ?? `class ${id}`));
  return (
    <>
      {position !== null && side && (
        <Strip side={side} label={STRIP[task.kind] ?? ''} chosen={position} onChoose={(query) => select(store, { query })} />
      )}
      <p class="note">{sentence(task, side, position)}</p>
      {now.state === 'failed' && (
        <p class="failed" role="alert">
          {now.error.message}
        </p>
      )}
      {last && <SharesList shares={last} label={COLUMN[task.kind] ?? 'class'} nameOf={name} actual={actual} />}
      {last && <Undecided shares={last} task={task} />}
    </>
  );
}

export const isOfTokens = ({ kind }: Task): boolean => kind === 'next-token' || kind === 'masked-token';

const STRIP: Partial<Record<Task['kind'], string>> = {
  'next-token': 'Text. Arrow keys choose the token after which the model foretells the next.',
  'masked-token': 'Text. Arrow keys choose the token.',
  'token-classes': 'Text. Arrow keys choose the token whose class is shown.',
};
const COLUMN: Partial<Record<Task['kind'], string>> = { 'next-token': 'next token', 'masked-token': 'token' };

/** The chosen token, else the last; null for a model that says one thing of the whole text. */
export function positionOf(
  { kind }: Task,
  side: Side | null,
  { query, kind: site }: { query: number | null; kind: string },
): number | null {
  if (kind === 'classes' || !side) return null;
  const inside = site !== 'encoder' && site !== 'vision' && query !== null && query < side.count;
  return inside ? query : side.count - 1;
}

/** What the text itself has there. */
export function actualAt({ kind }: Task, side: Side | null, position: number): number | null {
  if (kind === 'next-token') return (side?.rows ? side.rows.foretold[position] : side?.tokens[position + 1])?.id ?? null;
  return kind === 'masked-token' ? (side?.tokens[position]?.id ?? null) : null;
}

function sentence({ kind }: Task, side: Side | null, position: number | null) {
  const word = side && position !== null ? <b dir="auto">{tokenLabel(side, position)}</b> : null;
  switch (kind) {
    case 'next-token':
      return (
        <>
          After {word} (token {position! + 1}) the model foretells:
        </>
      );
    case 'masked-token':
      return (
        <>
          In the place of {word} (token {position! + 1}), which it sees, the model says:
        </>
      );
    case 'token-classes':
      return (
        <>
          {word} (token {position! + 1}) is:
        </>
      );
    default:
      return <>The whole is:</>;
  }
}

function Undecided({ shares, task }: { shares: Shares; task: Task }) {
  if (task.scoring !== 'one') return null;
  return (
    <p class="note" title="−Σ p·log₂ p over all of them; 0 where the model is certain.">
      Entropy {short(shares.entropy)} bits of at most {short(Math.log2(shares.size))}.
    </p>
  );
}
