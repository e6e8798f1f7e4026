/** Change by part: a bar each, as long as its relative change; choosing a part shows what is in it, and lists its tensors. */
import { percent, short } from '../draw/numbers.ts';
import { Share } from '../page/overview/share.tsx';
import { Icon } from '../ui/controls.tsx';
import { type ChangedPart, relativeOf, trailTo } from './changed.ts';
import { useDiff } from './context.ts';
import { changeWords } from './words.ts';

export function PartBars({ root, part }: { root: ChangedPart; part: ChangedPart }) {
  const { chosen, part: path } = useDiff();
  const rows = part.parts.flatMap((one) => [{ one, inner: false }, ...layersOf(one).map((layer) => ({ one: layer, inner: true }))]);
  const longest = Math.max(0, ...rows.map(({ one }) => relativeOf(one) ?? 0));
  const total = part.squares;
  const choose = (one: ChangedPart) => {
    if (one.pair !== null) chosen.value = one.pair;
    if (one.parts.length > 0) path.value = one.path;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="diff-parts" aria-label="Change by part" tabIndex={0}>
      <h2>Change by part</h2>
      <Trail root={root} part={part} />
      <ul class="shares">
        {rows.map(({ one, inner }) => (
          <PartRow key={one.path} part={one} inner={inner} longest={longest} total={total} onChoose={() => choose(one)} />
        ))}
      </ul>
      {part.parts.length === 0 && <p class="note">A single tensor.</p>}
      <p class="note">Bars are ‖Δ‖ ∕ ‖base‖ of all that a part holds; the longest here is {changeWords(longest)}.</p>
    </section>
  );
}

/** Layers stand below the list that holds them: how change grows along a model is seen at once. */
const layersOf = ({ parts }: ChangedPart): readonly ChangedPart[] =>
  parts.length > 1 && parts.every(({ name }) => /^\d+(\.|$)/.test(name)) ? parts : [];

interface RowProps {
  readonly part: ChangedPart;
  readonly inner: boolean;
  readonly longest: number;
  /** Σ Δ² of all parts that are listed. */
  readonly total: number;
  readonly onChoose: () => void;
}

function PartRow({ part, inner, longest, total, onChoose }: RowProps) {
  const share = relativeOf(part);
  const known = part.compared > 0;
  const title = known
    ? `${part.path}: ‖Δ‖ ${short(Math.sqrt(part.squares))}, ${changeWords(share)} of ‖base‖ ${short(Math.sqrt(part.base))}; ${percent(total > 0 ? part.squares / total : 0)} of the squared change here; ${part.compared} of ${part.tensors} tensors compared`
    : `${part.path}: not compared`;
  return (
    <li title={title} class={inner ? 'inner' : ''}>
      <button type="button" class="plain link name" onClick={onChoose}>
        {part.name}
      </button>
      <Share of={known && share !== null && longest > 0 ? share / longest : 0} />
      <span class="number muted">{known ? changeWords(share) : '—'}</span>
    </li>
  );
}

/** Where in the model the bars are: every step leads back. */
function Trail({ root, part }: { root: ChangedPart; part: ChangedPart }) {
  const { part: path } = useDiff();
  return (
    <nav class="trail" aria-label="Part of the model">
      {trailTo(root, part.path).map((step, i) => (
        <span key={step.path}>
          {i > 0 && <Icon name="chevron-right" />}
          {step === part ? (
            <strong>{step.name || 'the whole model'}</strong>
          ) : (
            <button
              type="button"
              class="plain link"
              onClick={() => {
                path.value = step.path;
              }}
            >
              {step.name || 'the whole model'}
            </button>
          )}
        </span>
      ))}
      <span class="muted number">{part.compared > 0 ? changeWords(relativeOf(part)) : ''}</span>
    </nav>
  );
}
