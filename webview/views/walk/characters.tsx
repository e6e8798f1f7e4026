/** Where the walk begins: characters become tokens, tokens become ids. */
import type { TextInput, Token } from '../../../model/protocol/panel.ts';
import { count } from '../../draw/numbers.ts';
import { sideOf, tokenLabel } from '../../state/axis.ts';
import { select } from '../../state/select.ts';
import type { Session } from '../../state/types.ts';
import { usePanel } from '../context.ts';

/** Tokens that are listed, around the one that is followed; the others are counted. */
const MOST = 64;

export function Characters({ session }: { readonly session: Session }) {
  const { input } = session.show;
  if (input.kind !== 'text') return <Picture session={session} />;
  return (
    <section class="walk-section" aria-label="Text to tokens">
      <h3>Text → tokens → ids</h3>
      <p>The tokenizer cuts the text into pieces that its vocabulary knows; each has a number, its id.</p>
      <Tokens session={session} text={input} tokens={input.tokens} />
      {input.target && <Tokens session={session} text={input.target} tokens={input.target.tokens} />}
    </section>
  );
}

function Picture({ session }: { readonly session: Session }) {
  const shape = session.show.run.pixelValues?.shape;
  return (
    <section class="walk-section" aria-label="Picture to pixels">
      <h3>Picture → pixels</h3>
      <p>
        The picture is scaled, cut and normalised as the model's preprocessor says
        {shape ? `: [${shape.join(', ')}] numbers, channel by channel` : ''}.
      </p>
    </section>
  );
}

interface TokensProps {
  readonly session: Session;
  readonly text: Pick<TextInput, 'text'>;
  readonly tokens: readonly Token[];
}

function Tokens({ session, text, tokens }: TokensProps) {
  const { store } = usePanel();
  const site = store.site.value;
  const side = site ? sideOf(session, site, 'queries') : null;
  const isFollowed = side?.tokens === tokens;
  const own = { text: text.text, tokens, count: tokens.length, unit: 'token' };
  const followed = isFollowed ? (store.selection.value.query ?? 0) : 0;
  const first = Math.max(0, Math.min(followed - MOST / 2, tokens.length - MOST));
  const after = tokens.length - first - MOST;
  return (
    <ol class="walk-tokens" start={first + 1}>
      {first > 0 && <li class="muted">{count(first)} before</li>}
      {tokens.slice(first, first + MOST).map((token, at) => {
        const i = first + at;
        const isLit = isFollowed && store.selection.value.query === i;
        const face = (
          <>
            {tokenLabel(own, i)} <span class="muted">{token.id}</span>
          </>
        );
        return (
          <li key={i}>
            {isFollowed ? (
              <button type="button" class={`chip ${isLit ? 'lit' : ''}`} aria-pressed={isLit} onClick={() => select(store, { query: i })}>
                {face}
              </button>
            ) : (
              <span class="chip">{face}</span>
            )}
          </li>
        );
      })}
      {after > 0 && <li class="muted">and {count(after)} more</li>}
    </ol>
  );
}
