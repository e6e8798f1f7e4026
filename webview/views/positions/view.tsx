/** How the model knows the order of words: the scheme by name, its formula, and pictures of its numbers. */
import { useSignal } from '@preact/signals';
import type { AddedTable, Positions } from '../../../model/positions/types.ts';
import type { Shown } from '../../state/shown.ts';
import { setView } from '../../state/store.ts';
import { Dropdown } from '../../ui/controls.tsx';
import { useLast } from '../../ui/hooks.ts';
import { Segments } from '../../ui/segments.tsx';
import { Term } from '../../ui/term.tsx';
import { usePanel } from '../context.ts';
import type { Look } from './look.ts';
import { PICTURES } from './pictures.ts';

export function PositionsView({ shown }: { shown: Shown }) {
  const { maps } = usePanel();
  const [head] = shown.heads;
  const now = head && maps.value?.positions(head).value;
  const last = useLast(now?.state === 'ready' ? { shown, positions: now.value } : null);
  if (now?.state === 'failed') return <p class="note inset">{now.error.message}</p>;
  if (!last || last.shown.site.run !== shown.site.run) return <p class="note inset">The positions are on their way.</p>;
  return <Ready shown={shown} positions={last.positions} />;
}

function Ready({ shown, positions }: { shown: Shown; positions: Positions }) {
  const { store } = usePanel();
  const which = useSignal(0);
  const { added } = positions;
  const table = added[which.value] ?? added.at(-1) ?? null;
  const look: Look = { session: store.session.value!, shown, positions, table };
  const pictures = PICTURES.filter(({ fits }) => fits(look));
  const chosen = pictures.find(({ id }) => id === store.view.value.positions) ?? pictures[0];
  return (
    <div class="positions-view drawing">
      <Scheme look={look} />
      {added.length > 1 && (
        <Dropdown
          label="Which table"
          value={String(added.indexOf(table!))}
          choices={added.map((one, i) => ({ value: String(i), label: tableWords(one) }))}
          onChoose={(value) => {
            which.value = Number(value);
          }}
        />
      )}
      {chosen && (
        <>
          <Segments
            label="Pictures of the positions"
            choices={pictures}
            chosen={chosen.id}
            onChoose={(positions) => setView(store, { positions })}
          />
          <chosen.view look={look} />
        </>
      )}
    </div>
  );
}

const tableWords = ({ side, words }: AddedTable): string => `${side === 'target' ? 'decoder' : 'encoder'}: ${words}`;

/** The name, what it does in this model, and what must be known besides. */
function Scheme({ look: { positions, table, session } }: { look: Look }) {
  const { words, rotation, biases, terms, notes } = positions;
  const parts = [...(table ? [table] : []), ...(rotation ? [rotation] : []), ...biases];
  const lines = parts.flatMap(({ formula }) => formula);
  // A checkpoint's graph is written here: its nodes have no names that anybody knows.
  const written = session.opened.model.format === 'safetensors';
  const places = [...new Set([...parts, ...terms].map(({ where }) => where))].filter((where) => !(written && where.startsWith('node ')));
  const stored = table?.stored;
  const first = stored?.first ? ` The first token takes row ${stored.first}.` : '';
  return (
    <header class="scheme">
      <h2>{words === 'none' ? 'No positions here' : words}</h2>
      {words === 'none' && (
        <p>
          Nothing that depends on positions alone reaches this attention: no table is added, queries and keys are not turned, no bias joins
          the scores. What order it knows comes through the layers before it, or from the mask.
        </p>
      )}
      {lines.length > 0 && <pre class="formula">{lines.join('\n')}</pre>}
      {terms.length > 0 && <pre class="formula">{terms.flatMap(({ formula }) => formula).join('\n')}</pre>}
      <p class="note">
        <Term id={rotation ? 'rotary' : 'position'}>{rotation ? 'Rotary positions' : 'Positional encoding'}</Term> of this attention.{' '}
        {places.map((where) => `Found at ${where}.`).join(' ')}
        {stored ? ` Stored: ${stored.rows} rows, this run takes ${table.rows}.${first}` : ''}
        {table?.note ? ` ${table.note}` : ''}
        {rotation && rotation.factor !== 1 ? ` q and k are also multiplied by ${rotation.factor.toPrecision(4)}.` : ''}
        {notes.map((note) => ` ${note}`)}
      </p>
    </header>
  );
}
