/** The source text as it is, keys painted, queries outlined: the picture that the editor shows too. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { heatAt } from '../../colour/heat.ts';
import { colourIndex } from '../../draw/cells.ts';
import { percent } from '../../draw/numbers.ts';
import { askerName } from '../../state/answers.ts';
import { askedTokens, askFrom, askingField, hasTwoTexts } from '../../state/asked.ts';
import type { Side } from '../../state/axis.ts';
import { tokenLabel } from '../../state/axis.ts';
import { select, toggleQuery } from '../../state/select.ts';
import { answersOf, membersOf, rowOf, type Shown } from '../../state/shown.ts';
import { setView } from '../../state/store.ts';
import type { Session } from '../../state/types.ts';
import { Dropdown } from '../../ui/controls.tsx';
import { useDraw } from '../../ui/hooks.ts';
import { usePanel } from '../context.ts';
import { headSentence } from '../heads/tip.tsx';
import { ColourChoices, Legend } from '../matrix/legend.tsx';
import { MapChoices } from '../matrix/tools.tsx';
import { outside, type Part, partsOf } from './parts.ts';

/** The side whose tokens are chosen, and the side that is painted. */
function sidesOf(shown: Shown, direction: 'from' | 'to') {
  const { queries, keys } = shown;
  return direction === 'from' ? { asking: queries, answering: keys } : { asking: keys, answering: queries };
}

/** The tokens that ask: the one pointed at, else the chosen ones. */
function useAsked(shown: Shown) {
  const { store } = usePanel();
  const { direction } = store.view.value;
  const { asking, answering } = sidesOf(shown, direction);
  const pointed = store.pointed.value[askingField(shown, direction)];
  const chosen = askedTokens(store, shown);
  const tokens = (pointed !== null && pointed < asking.count ? [pointed] : chosen).filter((t) => t < asking.count);
  return { tokens, asking, answering, direction };
}

export function TextView({ shown }: { shown: Shown }) {
  const { store } = usePanel();
  const { direction } = store.view.value;
  const { asking, answering } = sidesOf(shown, direction);
  if (answering.tokens.length === 0) return <p class="note inset">This model's input is no text: the Matrix shows its weights.</p>;
  const apart = asking.tokens !== answering.tokens;
  return (
    <div class="text-view drawing">
      <Tools shown={shown} />
      {apart && (
        <>
          <h3>{targetTitle(store.session.value)}</h3>
          <Words shown={shown} side={shown.queries} painted={direction === 'to'} asks={direction === 'from'} />
          <h3>Source</h3>
        </>
      )}
      <Words
        shown={shown}
        side={apart ? shown.keys : answering}
        painted={!apart || direction === 'from'}
        asks={!apart || direction === 'to'}
      />
      <Caption shown={shown} />
      <Said />
    </div>
  );
}

function targetTitle(session: Session | null): string {
  const input = session?.show.input;
  return input?.kind === 'text' && input.target?.generated ? 'Target, as the model says it' : 'Target';
}

/** The chosen word and where it looks, for those who hear the panel. */
const Said = () => (
  <div class="unseen" role="status">
    {headSentence(usePanel())}
  </div>
);

function Tools({ shown }: { shown: Shown }) {
  const { store, theme } = usePanel();
  const { direction, scale, range } = store.view.value;
  const { tokens } = useAsked(shown);
  const row = answersOf(shown, rowOf(shown, tokens, direction), direction);
  const signed = shown.against !== null;
  return (
    <div class="row-tools">
      <Dropdown
        label="Direction"
        value={direction}
        choices={[
          { value: 'from', label: 'where does it look (its row)' },
          { value: 'to', label: 'who looks at it (its column)' },
        ]}
        onChoose={(direction) => setView(store, { direction })}
      />
      <ColourChoices signed={signed} />
      <MapChoices shown={shown} />
      <Legend colours={signed ? theme.value.diverging : theme.value.heat} scale={scale} top={topOf(row, range, signed)} signed={signed} />
    </div>
  );
}

/** What the last colour stands for. */
function topOf(row: Float32Array, range: string, signed: boolean): number {
  if (range === 'one' && !signed)
    return Math.max(
      1,
      row.reduce((a, b) => Math.max(a, b), 0),
    );
  return row.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
}

function Words({ shown, side, painted, asks = true }: { shown: Shown; side: Side; painted: boolean; asks?: boolean }) {
  const { store } = usePanel();
  const parts = useMemo(() => partsOf(side), [side]);
  const apart = useMemo(() => outside(side), [side]);
  const box = useRef<HTMLDivElement>(null);
  const two = hasTwoTexts(shown);
  const which = two && side === shown.keys ? 'keys' : 'queries';
  const field = which === 'keys' ? 'key' : 'query';
  const choose = (token: number, more: boolean) => {
    if (two) askFrom(store, which, token, more);
    else if (more) toggleQuery(store, token);
    else select(store, { query: token });
  };
  const press = (event: MouseEvent) => {
    const token = tokenOf(event.target);
    if (token !== null) choose(token, event.ctrlKey || event.metaKey || event.shiftKey);
  };
  const over = (event: PointerEvent) => {
    const token = asks ? tokenOf(event.target) : null;
    if (store.pointed.peek()[field] !== token) store.pointed.value = { query: null, key: null, [field]: token };
  };
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const now = store.selection.peek()[field];
    choose(Math.min(side.count - 1, Math.max(0, (now ?? -step) + step)), false);
    event.preventDefault();
  };
  return (
    <div
      ref={box}
      class="words"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the query through the text
      tabIndex={0}
      aria-label="Text. Arrow keys choose the query token; a click with Control takes several."
      onClick={press}
      onPointerOver={over}
      onPointerLeave={() => {
        store.pointed.value = { query: null, key: null };
      }}
      onKeyDown={keys}
    >
      {apart.length > 0 && (
        <span class="apart">
          {apart.map((token) => (
            <span key={token} class="token" data-token={token}>
              {tokenLabel(side, token)}
            </span>
          ))}
        </span>
      )}
      <span class="source" dir="auto">
        {parts.map((part, i) => (
          <Stretch key={i} part={part} />
        ))}
      </span>
      {asks && <Follow box={box} field={field} />}
      <Heat box={box} shown={shown} painted={painted} asks={asks} />
    </div>
  );
}

/** Never drawn again: heat is laid over it without a new page. */
function Stretch({ part }: { part: Part }) {
  return part.tokens.length === 0 ? (
    part.text
  ) : (
    <span class="token" data-token={part.tokens[0]} data-tokens={part.tokens.join(' ')}>
      {part.text}
    </span>
  );
}

function tokenOf(target: EventTarget | null): number | null {
  const token = target instanceof HTMLElement ? target.dataset.token : undefined;
  return token === undefined ? null : Number(token);
}

/** Brings a newly chosen query into view. */
function Follow({ box, field }: { box: { readonly current: HTMLElement | null }; field: 'query' | 'key' }) {
  const query = usePanel().store.selection.value[field];
  useEffect(() => {
    if (query === null) return;
    const word = [...(box.current?.querySelectorAll<HTMLElement>('.token') ?? [])].find((w) =>
      (w.dataset.tokens ?? w.dataset.token ?? '').split(' ').includes(String(query)),
    );
    word?.scrollIntoView({ block: 'nearest' });
  }, [query, box]);
  return null;
}

/** Colours the words of a text: style only, so that a step of the cursor costs a frame and no more. */
function Heat({
  box,
  shown,
  painted,
  asks,
}: {
  box: { readonly current: HTMLElement | null };
  shown: Shown;
  painted: boolean;
  asks: boolean;
}) {
  const { store, theme } = usePanel();
  const { tokens, direction } = useAsked(shown);
  const { scale, range, specials, threshold } = store.view.value;
  const { key } = store.selection.value;
  const side = painted === (direction === 'from') ? shown.keys : shown.queries;
  useDraw(() => {
    const row = rowOf(shown, tokens, direction);
    const answers = answersOf(shown, row, direction);
    const groups = direction === 'from' ? shown.grouped?.keys : shown.grouped?.queries;
    const asked = membersOf(shown, tokens, direction).flat();
    const signed = shown.against !== null;
    const colours = signed ? theme.value.diverging : theme.value.heat;
    const top = topOf(answers, range, signed);
    for (const word of box.current?.querySelectorAll<HTMLElement>('.token') ?? []) {
      const own = (word.dataset.tokens ?? word.dataset.token ?? '').split(' ').map(Number);
      const hidden = specials !== 'show' && own.every((t) => side.tokens[t]?.special);
      const place = groups?.placeOf[own[0]!] ?? -1;
      const weight = !painted ? 0 : place >= 0 ? answers[place]! : own.reduce((sum, t) => sum + (row[t] ?? 0), 0);
      const shows = painted && !hidden && weight !== 0 && Math.abs(weight) >= threshold;
      const heat = shows ? heatAt(colours, colourIndex(weight, top, scale, signed)) : null;
      word.style.backgroundColor = heat?.background ?? '';
      word.style.color = heat?.ink ?? '';
      word.classList.toggle('query', asks && own.some((t) => asked.includes(t)));
      word.classList.toggle('key', painted && direction === 'from' && key !== null && own.includes(key));
      word.classList.toggle('gone', hidden);
      const name = groups?.labels[place] ?? own.map((t) => tokenLabel(side, t)).join(' ');
      word.title = painted ? `${name}: ${percent(weight)}` : '';
    }
  });
  return null;
}

/** What is outlined and painted, in words; what is not painted, in numbers. */
function Caption({ shown }: { shown: Shown }) {
  const { store } = usePanel();
  const { tokens, asking, answering, direction } = useAsked(shown);
  const { specials } = store.view.value;
  if (tokens.length === 0) return <p class="note">Choose a word: the words that it looks at are painted.</p>;
  const row = rowOf(shown, tokens, direction);
  const all = row.reduce((a, b) => a + b, 0);
  const away = row.reduce((sum, w, i) => sum + (answering.tokens[i]?.special ? w : 0), 0);
  const names = tokens.map((t) => askerName(asking, direction === 'from' ? shown.grouped?.queries : shown.grouped?.keys, t)).join(' + ');
  return (
    <p class="note">
      {direction === 'from' ? (
        <>
          <b>{names}</b> is outlined; what {tokens.length > 1 ? 'they look' : 'it looks'} at is painted
        </>
      ) : (
        <>
          <b>{names}</b> is outlined; who looks at {tokens.length > 1 ? 'them' : 'it'} is painted
        </>
      )}
      , Σ {all.toFixed(3)}
      {specials !== 'show' && away > 0 ? ` · special tokens are not painted: ${percent(away / (all || 1))} of the mass` : ''}.
    </p>
  );
}
