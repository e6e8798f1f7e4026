/** The text as it was typed, its tokens marked, the added tokens around it; what vanished is struck through. */
import { useMemo } from 'preact/hooks';
import type { Token } from '../../../model/protocol/panel.ts';
import type { Tried } from '../../../model/protocol/tokenizer.ts';
import { visible } from '../../draw/labels.ts';
import { codePoint, type Stretch, stretchesOf } from './stretches.ts';

/** Stretches that are drawn; beyond them only the table goes on. */
const MOST = 3000;

export interface PiecesProps {
  readonly tried: Tried;
  readonly texts: readonly string[];
  readonly chosen: number | null;
  readonly onChoose: (token: number | null) => void;
}

export function Pieces({ tried, texts, chosen, onChoose }: PiecesProps) {
  const step = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by || tried.tokens.length === 0) return;
    event.preventDefault();
    const from = chosen ?? (by > 0 ? -1 : tried.tokens.length);
    onChoose(Math.min(tried.tokens.length - 1, Math.max(0, from + by)));
  };
  const press = (event: MouseEvent) => {
    const token = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-token]')?.dataset.token : undefined;
    if (token !== undefined) onChoose(Number(token));
  };
  return (
    <div
      class="pieces"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys walk through the tokens
      tabIndex={0}
      aria-label={`${tried.tokens.length} tokens. Arrow keys walk through them. ${chosen === null ? '' : words(tried.tokens[chosen]!, texts)}`}
      onKeyDown={step}
      onClick={press}
    >
      {groupsOf(tried.tokens).map((group, i) =>
        group.segment === null ? (
          <Added key={i} tokens={tried.tokens} indices={group.indices} chosen={chosen} />
        ) : (
          <Written key={i} tried={tried} text={texts[group.segment] ?? ''} segment={group.segment} chosen={chosen} />
        ),
      )}
    </div>
  );
}

interface Group {
  /** Null for tokens that the tokenizer added. */
  readonly segment: 0 | 1 | null;
  readonly indices: number[];
}

/** Runs of added tokens and of a text's own, in the order of the tokens. */
function groupsOf(tokens: readonly Token[]): Group[] {
  const groups: Group[] = [];
  tokens.forEach(({ special, segment }, index) => {
    const kind = special ? null : segment;
    const last = groups.at(-1);
    if (last?.segment === kind) last.indices.push(index);
    else groups.push({ segment: kind, indices: [index] });
  });
  // A text of which nothing is left still shows what vanished.
  return groups.some(({ segment }) => segment === 0) ? groups : [...groups, { segment: 0, indices: [] }];
}

function Added(props: { tokens: readonly Token[]; indices: readonly number[] } & Pick<PiecesProps, 'chosen'>) {
  const { tokens, indices, chosen } = props;
  return (
    <span class="added">
      {indices.map((index) => (
        <span
          key={index}
          class={`piece special${index === chosen ? ' chosen' : ''}`}
          title={`added by the tokenizer: ${tokens[index]!.piece} (${tokens[index]!.id})`}
          data-token={index}
        >
          {tokens[index]!.piece}
        </span>
      ))}
    </span>
  );
}

function Written({ tried, text, segment, chosen }: Omit<PiecesProps, 'texts' | 'onChoose'> & { text: string; segment: 0 | 1 }) {
  const normalized = tried.normalized[segment];
  const stretches = useMemo(
    () => (normalized ? stretchesOf(text, tried.tokens, normalized, segment) : []),
    [text, tried, normalized, segment],
  );
  let shade = 0;
  return (
    <span class="written" dir="auto">
      {stretches.slice(0, MOST).map((stretch, i) => {
        if (stretch.tokens.length > 0) shade += 1;
        return <Piece key={i} stretch={stretch} text={text} tokens={tried.tokens} shade={shade % 4} chosen={chosen} />;
      })}
      {stretches.length > MOST && <span class="muted"> … {stretches.length - MOST} more pieces stand in the table</span>}
    </span>
  );
}

function Piece(props: { stretch: Stretch; text: string; tokens: readonly Token[]; shade: number } & Pick<PiecesProps, 'chosen'>) {
  const { stretch, text, tokens, shade, chosen } = props;
  const characters = text.slice(stretch.start, stretch.end);
  const [first] = stretch.tokens;
  if (first === undefined)
    return stretch.vanished && characters.trim() !== '' ? (
      <span class="vanished" title={`vanished: ${Array.from(characters, codePoint).join(' ')}`}>
        {printable(characters)}
      </span>
    ) : (
      <span>{characters}</span>
    );
  const names = stretch.tokens.map((index) => `${tokens[index]!.piece} (${tokens[index]!.id})`).join(' ');
  const many = stretch.tokens.length > 1;
  return (
    <span
      class={`piece shade${shade}${chosen !== null && stretch.tokens.includes(chosen) ? ' chosen' : ''}`}
      title={many ? `${stretch.tokens.length} tokens: ${names}` : names}
      data-token={first}
    >
      {characters}
      {many && <sup aria-hidden="true">{stretch.tokens.length}</sup>}
    </span>
  );
}

/** Characters that vanish are mostly such as cannot be seen: those get their numbers. */
export const printable = (characters: string): string =>
  Array.from(characters, (c) => (/[\p{C}\p{M}\p{Zl}\p{Zp}]/u.test(c) ? `⟨${codePoint(c)}⟩` : visible(c))).join('');

function words({ piece, id, special, start, end, segment }: Token, texts: readonly string[]): string {
  return special ? `${piece}, id ${id}, added` : `${visible((texts[segment] ?? '').slice(start, end))}, piece ${piece}, id ${id}`;
}
