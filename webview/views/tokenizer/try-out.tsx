/**
 * The tokenizer tried out: type, and see the pieces, their ids and ranges, what the text was normalized to and what vanished. Needs no run, no engine and
 * no panel: any page that gives it a `TryHost` can show it.
 */
import { useState } from 'preact/hooks';
import type { Tried } from '../../../model/protocol/tokenizer.ts';
import { count } from '../../draw/numbers.ts';
import { Button, Icon, IconButton } from '../../ui/controls.tsx';
import { useSlow } from '../../ui/hooks.ts';
import { NormalizedBlock } from './normalized.tsx';
import { Pieces } from './pieces.tsx';
import { TokenTable, tableText } from './table.tsx';
import type { TryHost, TryState } from './types.ts';
import { useTried } from './use-tried.ts';

/**
 * @param start the text to begin with
 * @param onChange called with every change of the text, to be kept
 */
export function TryOut({ host, start, onChange }: { host: TryHost; start: TryState; onChange?: (state: TryState) => void }) {
  const [state, setState] = useState(start);
  const { tried, of, error, waiting } = useTried(host, state);
  const change = (next: TryState) => {
    setState(next);
    onChange?.(next);
  };
  return (
    <section class="try-out" aria-label="Tokenizer">
      <Writing state={state} onChange={change} />
      {error && (
        <p class="failed" role="alert">
          <Icon name="error" /> {error.message}
          {host.chooseModel && <Button label="Choose another model" onPress={host.chooseModel} />}
        </p>
      )}
      {tried && of && !error && <Result host={host} tried={tried} state={of} waiting={waiting} />}
    </section>
  );
}

/** Where the text is typed, and the second one of a pair. */
function Writing({ state, onChange }: { state: TryState; onChange: (state: TryState) => void }) {
  const { text, pair } = state;
  return (
    <div class="writing">
      <Area label="Text" value={text} placeholder="Type or paste any text" onInput={(text) => onChange({ text, pair })} />
      {pair !== null && (
        <Area label="Second text of the pair" value={pair} placeholder="The second text" onInput={(pair) => onChange({ text, pair })} />
      )}
      <button type="button" class="plain link" onClick={() => onChange({ text, pair: pair === null ? '' : null })}>
        <Icon name={pair === null ? 'add' : 'remove'} /> {pair === null ? 'a second text (pair)' : 'without the second text'}
      </button>
    </div>
  );
}

function Area(props: { label: string; value: string; placeholder: string; onInput: (text: string) => void }) {
  const lines = Math.min(10, Math.max(2, props.value.split('\n').length));
  return (
    <textarea
      aria-label={props.label}
      placeholder={props.placeholder}
      rows={lines}
      spellcheck={false}
      dir="auto"
      value={props.value}
      onInput={(event) => props.onInput(event.currentTarget.value)}
    />
  );
}

function Result({ host, tried, state, waiting }: { host: TryHost; tried: Tried; state: TryState; waiting: boolean }) {
  const [chosen, setChosen] = useState<number | null>(null);
  const slow = useSlow(waiting);
  const texts = state.pair === null ? [state.text] : [state.text, state.pair];
  const current = chosen !== null && chosen < tried.tokens.length ? chosen : null;
  return (
    <div class={slow ? 'result waiting' : 'result'}>
      <Facts tried={tried} texts={texts} />
      <div class="block-head">
        <h2>Pieces</h2>
        <IconButton label="Copy the tokens as a table" icon="copy" onPress={() => host.copy(tableText(tried, texts))} />
      </div>
      <Pieces tried={tried} texts={texts} chosen={current} onChoose={setChosen} />
      <NormalizedBlock tried={tried} texts={texts} />
      <h2>Tokens</h2>
      <TokenTable tried={tried} texts={texts} chosen={current} onChoose={setChosen} />
    </div>
  );
}

/** Numbers, and the components that the text went through. */
function Facts({ tried, texts }: { tried: Tried; texts: readonly string[] }) {
  const { tokens, facts, maxTokens } = tried;
  const specials = tokens.filter(({ special }) => special).length;
  const characters = texts.reduce((sum, text) => sum + Array.from(text).length, 0);
  const own = tokens.length - specials;
  const over = maxTokens !== null && tokens.length > maxTokens;
  return (
    <>
      <p class="said" role="status">
        <strong>{count(tokens.length)}</strong> {tokens.length === 1 ? 'token' : 'tokens'}
        {specials > 0 ? ` (${specials} added by the tokenizer)` : ''} for {count(characters)}{' '}
        {characters === 1 ? 'character' : 'characters'}
        {own > 0 && characters > 0 ? `, ${(characters / own).toFixed(1)} characters a token` : ''}.
        {over && (
          <span class="warning">
            {' '}
            <Icon name="warning" /> {tried.model} reads {count(maxTokens)}.
          </span>
        )}
      </p>
      <p class="steps note">
        {facts.steps.map(({ stage, type }, i) => (
          <span key={i}>
            {i > 0 && <span aria-hidden="true"> → </span>}
            <span title={stage}>{type}</span>
          </span>
        ))}
        {` · vocabulary of ${count(facts.vocabulary)}`}
      </p>
    </>
  );
}
