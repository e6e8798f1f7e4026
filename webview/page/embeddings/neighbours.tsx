/** Type a word, choose one of its tokens: the rows of the table that point the same way, the nearest first. */
import { useEffect, useState } from 'preact/hooks';
import { CancellationTokenSource } from 'vscode-jsonrpc/browser';
import { asHeadlightError } from '../../../model/errors.ts';
import type { Neighbour, TensorRow } from '../../../model/protocol/explorer.ts';
import type { Token } from '../../../model/protocol/panel.ts';
import { visible } from '../../draw/labels.ts';
import { short } from '../../draw/numbers.ts';
import { Button, Icon, TextField } from '../../ui/controls.tsx';
import { useSlow } from '../../ui/hooks.ts';
import { usePage } from '../context.ts';
import { Share } from '../overview/share.tsx';
import { useTokens } from '../tensors/use-tokens.ts';

const MOST = 20;
/** Quiet time after the last letter. */
const SETTLE_MS = 250;

/** @param row a table with a row a token */
export function Neighbours({ row }: { row: TensorRow }) {
  const [text, setText] = useState(' keys');
  const { tokens, failure } = useTyped(text, row.shape[0]!);
  const [picked, setPicked] = useState<number | null>(null);
  const id = picked !== null && tokens.some((token) => token.id === picked) ? picked : (tokens[0]?.id ?? null);
  return (
    <>
      <div class="row-tools">
        <TextField label="A word, or # and the number of a token" placeholder="a word, or #42" value={text} onInput={setText} />
        <div class="chips" role="toolbar" aria-label="Tokens of the word">
          {tokens.map((token, i) => (
            <button key={`${i} ${token.id}`} type="button" class="chip" aria-pressed={token.id === id} onClick={() => setPicked(token.id)}>
              {visible(token.piece)} <span class="muted">{token.id}</span>
            </button>
          ))}
        </div>
      </div>
      {failure && <p class="refusal">{failure}</p>}
      {id !== null && <Found key={id} row={row} id={id} />}
    </>
  );
}

type Piece = Pick<Token, 'id' | 'piece'>;

/** Tokens of what is typed, without those that the model puts around a text. */
function useTyped(text: string, vocabulary: number): { readonly tokens: readonly Piece[]; readonly failure: string | null } {
  const { host } = usePage();
  const [state, setState] = useState<{ tokens: readonly Piece[]; failure: string | null }>({ tokens: [], failure: null });
  useEffect(() => {
    let wanted = true;
    const numbered = /^#(\d+)$/.exec(text.trim());
    const tell = (tokens: readonly Piece[], failure: string | null) => wanted && setState({ tokens, failure });
    if (numbered) {
      const id = Number(numbered[1]);
      tell(
        id < vocabulary ? [{ id, piece: '#' }] : [],
        id < vocabulary ? null : `The table has ${vocabulary.toLocaleString('en')} rows, 0 to ${vocabulary - 1}.`,
      );
      return;
    }
    const timer = setTimeout(() => {
      if (text.trim() === '') return tell([], null);
      host.request('tryText', { text, pair: null }).then(
        ({ tokens }) => tell(tokens.filter(({ special, id }) => !special && id < vocabulary).slice(0, 40), null),
        (error: unknown) =>
          tell([], `${asHeadlightError(error, 'tokenizer', 'The text cannot be cut').message} Type # and a number instead.`),
      );
    }, SETTLE_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [text, host, vocabulary]);
  return state;
}

function Found({ row, id }: { row: TensorRow; id: number }) {
  const { host } = usePage();
  const [state, setState] = useState<{ found: readonly Neighbour[] | null; fraction: number; failure: string | null }>({
    found: null,
    fraction: 0,
    failure: null,
  });
  const [source] = useState(() => new CancellationTokenSource());
  useEffect(() => {
    let wanted = true;
    const onProgress = ({ fraction }: { fraction: number | null }) => wanted && setState((old) => ({ ...old, fraction: fraction ?? 0 }));
    host.request('neighbours', { table: row.name, id, most: MOST }, { token: source.token, onProgress }).then(
      (found) => wanted && setState({ found, fraction: 1, failure: null }),
      (error: unknown) =>
        wanted && setState({ found: null, fraction: 0, failure: asHeadlightError(error, 'read', 'The table cannot be read').message }),
    );
    return () => {
      wanted = false;
      source.cancel();
    };
  }, [host, row, id, source]);
  const { found, fraction, failure } = state;
  const slow = useSlow(found === null, 250);
  const names = useTokens(found ? found.map((one) => one.id) : []);
  if (failure) {
    return (
      <p class="refusal" role="alert">
        <Icon name="circle-slash" /> {failure}
      </p>
    );
  }
  if (!found) {
    if (!slow) return <div class="counting" />;
    return (
      <div class="row-tools">
        <progress max={1} value={fraction} aria-label="Reading the table" />
        <Button label="Cancel" onPress={() => source.cancel()} />
      </div>
    );
  }
  return (
    <ol class="shares neighbours" aria-label="Nearest tokens by cosine">
      {found.map(({ id: other, cosine, norm }) => (
        <li key={other} title={`token ${other}: cosine ${cosine}, length of its vector ${norm}`}>
          <span class="name">
            <code>{visible(names.get(other) ?? `#${other}`)}</code> <span class="muted number">{other}</span>
          </span>
          <Share of={cosine} />
          <span class="number muted">{short(cosine)}</span>
        </li>
      ))}
    </ol>
  );
}
