/** A class for every token: the stretches that are something, and the chosen token's classes. */
import { entitiesOf, isOutside, type TokenClass } from '../../../model/predictions/entities.ts';
import { type Shares, sharesOf } from '../../../model/predictions/shares.ts';
import { labelsOf } from '../../../model/predictions/task.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { heatAt } from '../../colour/heat.ts';
import { STEPS } from '../../colour/scales.ts';
import { tokenLabel } from '../../state/axis.ts';
import { select } from '../../state/select.ts';
import type { Session } from '../../state/types.ts';
import { usePanel } from '../context.ts';
import { useAnswer } from './hooks.ts';
import { probabilityWords, SharesList } from './shares.tsx';
import { Strip } from './strip.tsx';
import { readSide, taskFor } from './task.ts';

const TOP = 8;

export function TokenClassesSection({ session }: { session: Session }) {
  const { store, sessions, theme } = usePanel();
  const { output } = taskFor(session)!;
  const side = readSide(session)!;
  const { now, last } = useAnswer<Tensor>(`${session.run.run}`, () => sessions.ask('output', { run: session.run.run, name: output }));
  if (now.state === 'failed') return <p class="failed">{now.error.message}</p>;
  if (!last) return null;
  const labels = labelsOf(session.opened.config);
  const nameOf = (id: number) => labels.get(id) ?? `class ${id}`;
  const rows = sharesByRow(last, side.count);
  const classes = rows.map(({ top }): TokenClass => ({ label: nameOf(top[0]!.id), probability: top[0]!.probability }));
  const entities = entitiesOf(side.tokens, classes);
  const { query } = store.selection.value;
  const chosen = query !== null && query < side.count ? query : 0;
  const paint = (token: number) => {
    const { label, probability } = classes[token]!;
    return isOutside(label) || side.tokens[token]?.special ? null : heatAt(theme.value.heat, Math.round(probability * (STEPS - 1)));
  };
  return (
    <>
      <Strip
        side={side}
        label="Text. Arrow keys choose the token whose classes are shown."
        chosen={chosen}
        onChoose={(token) => select(store, { query: token })}
        paint={paint}
        title={(token) => `${classes[token]!.label}, ${probabilityWords(classes[token]!.probability)}`}
      />
      <ul class="entities" aria-label="Stretches with a class">
        {entities.map(({ label, first, last: end, probability }) => (
          <li key={first}>
            <button type="button" class="chip" onClick={() => select(store, { query: first })}>
              <b>{label}</b> {side.text.slice(side.tokens[first]!.start, side.tokens[end]!.end)}{' '}
              <span class="number muted">{probabilityWords(probability)}</span>
            </button>
          </li>
        ))}
      </ul>
      {entities.length === 0 && <p class="note">Every token is outside: none has a class of its own.</p>}
      <p class="note">
        <b dir="auto">{tokenLabel(side, chosen)}</b> (token {chosen + 1}) is:
      </p>
      <SharesList shares={rows[chosen]!} label="class" nameOf={nameOf} />
    </>
  );
}

/** Shares of every row of [1, T, C]. */
function sharesByRow({ shape, data }: Tensor, count: number): Shares[] {
  const width = shape.at(-1)!;
  return Array.from({ length: count }, (_, row) => sharesOf(data.subarray(row * width, (row + 1) * width) as Float32Array, TOP));
}
