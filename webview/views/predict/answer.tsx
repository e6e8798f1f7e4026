/** What the model says: the next token after a position, the token at a masked one, or classes. */
import { useSignal } from '@preact/signals';
import type { Shares } from '../../../model/predictions/shares.ts';
import { labelsOf, type Task } from '../../../model/predictions/task.ts';
import { short } from '../../draw/numbers.ts';
import { type Side, tokenLabel } from '../../state/axis.ts';
import { select } from '../../state/select.ts';
import type { Session } from '../../state/types.ts';
import { Checkbox } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { useAnswer, useNames } from './hooks.ts';
import { masked, useMaskId } from './mask.tsx';
import { SharesList } from './shares.tsx';
import { Strip } from './strip.tsx';
import { readSide, taskFor } from './task.ts';

const TOP = 10;

export function AnswerSection({ session }: { session: Session }) {
  const { store } = usePanel();
  const task = taskFor(session)!;
  const side = readSide(session);
  const position = positionOf(task, side, store.selection.value);
  const hidden = useSignal(true);
  const maskId = useMaskId(session);
  const mask = task.kind === 'masked-token' && hidden.value ? maskId : null;
  const actual = position === null ? null : actualAt(task, side, position);
  const { now, last } = useShares(session, task, position, mask, actual);
  const { nameOf } = useNames(isOfTokens(task) ? (last?.top.map(({ id }) => id) ?? []) : []);
  const labels = labelsOf(session.opened.config);
  const name = (id: number) => (isOfTokens(task) ? nameOf(id) : (labels.get(id) ?? `class ${id}`));
  return (
    <>
      {position !== null && side && (
        <Strip side={side} label={STRIP[task.kind] ?? ''} chosen={position} onChoose={(query) => select(store, { query })} />
      )}
      {task.kind === 'masked-token' && typeof maskId === 'number' && (
        <Checkbox
          label="Hide the token behind the mask"
          checked={hidden.value}
          onChange={(checked) => {
            hidden.value = checked;
          }}
        />
      )}
      <p class="note">{sentence(task, side, position, typeof mask === 'number')}</p>
      {now.state === 'failed' && (
        <p class="failed" role="alert">
          {now.error.message}
        </p>
      )}
      {last && <SharesList shares={last} label={COLUMN[task.kind] ?? 'class'} nameOf={name} actual={actual} scoring={task.scoring} />}
      {last && <Undecided shares={last} task={task} />}
    </>
  );
}

/** The shares at a position of the run, or of the text run again with the token behind the mask. */
function useShares(session: Session, task: Task, position: number | null, mask: number | null | undefined, actual: number | null) {
  const { sessions } = usePanel();
  const asked = actual === null ? [] : [actual];
  const row = { output: task.output, position, top: TOP, asked };
  const key = JSON.stringify([session.run.run, row, mask ?? null]);
  return useAnswer<Shares>(key, () =>
    typeof mask === 'number' && position !== null
      ? sessions.ask('predictFor', { params: masked(session, position, mask), ...row })
      : sessions.ask('predict', { run: session.run.run, ...row }),
  );
}

export const isOfTokens = ({ kind }: Task): boolean => kind === 'next-token' || kind === 'masked-token';

const STRIP: Partial<Record<Task['kind'], string>> = {
  'next-token': 'Text. Arrow keys choose the token after which the model foretells the next.',
  'masked-token': 'Text. Arrow keys choose the token that is masked.',
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

function sentence({ kind }: Task, side: Side | null, position: number | null, isMasked: boolean) {
  const word = side && position !== null ? <b dir="auto">{tokenLabel(side, position)}</b> : null;
  if (kind === 'next-token') {
    return (
      <>
        After {word} (token {position! + 1}) the model foretells:
      </>
    );
  }
  if (kind !== 'masked-token') return 'The model says of the whole:';
  return isMasked ? (
    <>
      With {word} (token {position! + 1}) masked, the model says in its place:
    </>
  ) : (
    <>
      In the place of {word} (token {position! + 1}), which it sees, the model says:
    </>
  );
}

function Undecided({ shares, task }: { shares: Shares; task: Task }) {
  if (task.scoring !== 'one') return null;
  return (
    <p class="note" title="−Σ p·log₂ p over all of them; 0 where the model is certain.">
      Entropy {short(shares.entropy)} bits of at most {short(Math.log2(shares.size))}.
    </p>
  );
}
