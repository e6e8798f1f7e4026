/** The tokens one by one, with piece, id, range, characters and word. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Token } from '../../../model/protocol/panel.ts';
import type { Tried } from '../../../model/protocol/tokenizer.ts';
import { visible } from '../../draw/labels.ts';
import { Button } from '../../ui/controls.tsx';
import type { PiecesProps } from './pieces.tsx';

/** Rows that come into the page at once. */
const STEP = 300;

export function TokenTable({ tried, texts, chosen, onChoose }: PiecesProps) {
  const [most, setMost] = useState(STEP);
  const body = useRef<HTMLTableSectionElement>(null);
  useEffect(() => {
    if (chosen === null) return;
    if (chosen >= most) setMost(Math.ceil((chosen + 1) / STEP) * STEP);
    body.current?.querySelector('.chosen')?.scrollIntoView({ block: 'nearest' });
  }, [chosen, most]);
  const segments = texts.length > 1;
  return (
    <>
      <table class="token-table">
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">piece</th>
            <th scope="col">id</th>
            <th scope="col" title="offsets in UTF-16 units, as the editor counts; the end is not included">
              range
            </th>
            <th scope="col">characters</th>
            <th scope="col">word</th>
            {segments && <th scope="col">text</th>}
          </tr>
        </thead>
        <tbody ref={body}>
          {tried.tokens.slice(0, most).map((token, index) => (
            <tr key={index} class={index === chosen ? 'chosen' : ''} onClick={() => onChoose(index)}>
              <td class="number">{index + 1}</td>
              <th scope="row">{visible(token.piece)}</th>
              <td class="number">{token.id}</td>
              <td class="number">{rangeWords(token)}</td>
              <td>{token.special ? <span class="muted">added</span> : visible(charactersOf(token, texts))}</td>
              <td class="number">{token.word === null ? '' : token.word + 1}</td>
              {segments && <td class="number">{token.segment + 1}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {tried.tokens.length > most && (
        <Button
          label={`Show ${Math.min(STEP, tried.tokens.length - most)} more of ${tried.tokens.length}`}
          onPress={() => setMost(most + STEP)}
        />
      )}
    </>
  );
}

const charactersOf = ({ segment, start, end }: Token, texts: readonly string[]): string => (texts[segment] ?? '').slice(start, end);

const rangeWords = ({ special, start, end }: Token): string => (special ? '' : `${start}–${end}`);

/** Tab-separated, every token; what stands in the text is quoted, so that a table program reads it as it is. */
export function tableText({ tokens, model }: Tried, texts: readonly string[]): string {
  const rows = tokens.map((token, i) =>
    [
      i + 1,
      JSON.stringify(token.piece),
      token.id,
      token.start,
      token.end,
      JSON.stringify(charactersOf(token, texts)),
      token.word ?? '',
      token.segment,
    ].join('\t'),
  );
  return [`# ${model}`, 'token\tpiece\tid\tstart\tend\tcharacters\tword\ttext', ...rows].join('\n');
}
