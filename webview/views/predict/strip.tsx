/** A text as its tokens, one of which is chosen by click or arrow keys. */
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { type Side, tokenLabel } from '../../state/axis.ts';
import { outside, partsOf } from '../text/parts.ts';

export interface StripPaint {
  readonly background: string;
  readonly ink: string;
}

interface StripProps {
  readonly side: Side;
  readonly label: string;
  readonly chosen: number | null;
  readonly onChoose: (token: number) => void;
  /** Colours of a token, null for none. */
  readonly paint?: (token: number) => StripPaint | null;
  /** What the pointer says over a token. */
  readonly title?: (token: number) => string;
}

/** Special tokens that nobody typed stand where they come in the order, in dotted frames. */
export function Strip({ side, label, chosen, onChoose, paint, title }: StripProps) {
  const box = useRef<HTMLDivElement>(null);
  const items = useMemo(() => itemsOf(side), [side]);
  useEffect(() => {
    box.current?.querySelector(`[data-token="${chosen}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const press = (event: MouseEvent) => {
    const token = (event.target as HTMLElement).closest<HTMLElement>('[data-token]')?.dataset.token;
    if (token !== undefined) onChoose(Number(token));
  };
  const keys = (event: KeyboardEvent) => {
    const to = { ArrowRight: (chosen ?? -1) + 1, ArrowLeft: (chosen ?? 1) - 1, Home: 0, End: side.count - 1 }[event.key];
    if (to === undefined) return;
    onChoose(Math.min(side.count - 1, Math.max(0, to)));
    event.preventDefault();
  };
  return (
    <div
      ref={box}
      class="words strip"
      role="listbox"
      aria-label={label}
      aria-activedescendant={chosen === null ? undefined : `strip-${chosen}`}
      tabIndex={0}
      onClick={press}
      onKeyDown={keys}
    >
      {items.map(({ text, token }, i) =>
        token === null ? (
          <span key={`text-${i}`} aria-hidden="true">
            {text}
          </span>
        ) : (
          <Word key={token} token={token} text={text} apart={text === null} side={side} chosen={chosen} paint={paint} title={title} />
        ),
      )}
    </div>
  );
}

type WordProps = Pick<StripProps, 'side' | 'chosen'> & {
  readonly paint: StripProps['paint'];
  readonly title: StripProps['title'];
  readonly token: number;
  readonly text: string | null;
  readonly apart: boolean;
};

function Word({ token, text, apart, side, chosen, paint, title }: WordProps) {
  const colours = paint?.(token) ?? null;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and names the chosen option
    <span
      id={`strip-${token}`}
      data-token={token}
      role="option"
      aria-selected={token === chosen}
      aria-label={`${tokenLabel(side, token)}${title ? `: ${title(token)}` : ''}`}
      class={`token${token === chosen ? ' query' : ''}${apart ? ' added' : ''}`}
      style={colours ? { backgroundColor: colours.background, color: colours.ink } : {}}
      title={title?.(token)}
    >
      {text ?? tokenLabel(side, token)}
    </span>
  );
}

interface Item {
  /** Null for a token without a place in the text. */
  readonly text: string | null;
  readonly token: number | null;
}

/** The text's parts in order, and the tokens without a place between them where their number says. */
function itemsOf(side: Side): Item[] {
  if (side.tokens.length === 0) return Array.from({ length: side.count }, (_, token) => ({ text: null, token }));
  const apart = outside(side);
  const items: Item[] = [];
  const placed = new Set<number>();
  for (const { text, tokens } of partsOf(side)) {
    const token = tokens.find((t) => !placed.has(t)) ?? null;
    if (token !== null) placed.add(token);
    while (token !== null && apart.length > 0 && apart[0]! < token) items.push({ text: null, token: apart.shift()! });
    items.push({ text, token });
  }
  return [...items, ...apart.map((token) => ({ text: null, token }))];
}
