/** What the normalizer made of the texts, and the characters that no token stands for. */
import type { Tried } from '../../../model/protocol/tokenizer.ts';
import { visible } from '../../draw/labels.ts';
import { printable } from './pieces.tsx';

/** Characters that are named one by one. */
const NAMED = 12;

export function NormalizedBlock({ tried, texts }: { tried: Tried; texts: readonly string[] }) {
  return (
    <>
      {tried.normalized.map(({ text, vanished }, i) => {
        const source = texts[i] ?? '';
        const gone = vanished.map(({ start, end }) => source.slice(start, end)).join('');
        const which = tried.normalized.length > 1 ? (i === 0 ? ' (first text)' : ' (second text)') : '';
        return (
          <div key={i} class="normalized">
            <h2>Normalized{which}</h2>
            {text === source ? <p class="note">The text as it is: nothing was changed.</p> : <p class="words-of">{visible(text)}</p>}
            {gone !== '' && <Gone characters={gone} />}
          </div>
        );
      })}
    </>
  );
}

/** Characters without a token, each kind once; blanks only by their number, as they part words in many vocabularies. */
function Gone({ characters }: { characters: string }) {
  const kinds = new Map<string, number>();
  for (const c of characters.replace(/[ \t\r\n]/g, '')) kinds.set(c, (kinds.get(c) ?? 0) + 1);
  const blanks = characters.match(/[ \t\r\n]/g)?.length ?? 0;
  const more = kinds.size > NAMED ? [`${kinds.size - NAMED} other characters`] : [];
  const blank = blanks > 0 ? [`${blanks} ${blanks === 1 ? 'blank' : 'blanks'}`] : [];
  return (
    <p class="gone-list">
      No token stands for{' '}
      {[...kinds].slice(0, NAMED).map(([c, times], i) => (
        <span key={c}>
          {i > 0 && ', '}
          <span class="vanished">{printable(c)}</span>
          {times > 1 && ` × ${times}`}
        </span>
      ))}
      {[...more, ...blank].map((words, i) => `${kinds.size + i > 0 ? ', ' : ''}${words}`).join('')}.
    </p>
  );
}
