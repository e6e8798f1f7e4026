/** The tab of embeddings: which tokens lie near a token of yours, and how alike positions are. */
import { useState } from 'preact/hooks';
import type { PageFacts, Tables } from '../../../model/protocol/explorer.ts';
import { Dropdown, Icon } from '../../ui/controls.tsx';
import { usePage } from '../context.ts';
import { HeatMap } from '../tensors/heat-map.tsx';
import { madeRow } from '../tensors/made.ts';
import { useAnswer } from '../use-answer.ts';
import { Neighbours } from './neighbours.tsx';

export function EmbeddingsView({ facts }: { facts: PageFacts }) {
  const { host } = usePage();
  const answer = useAnswer(facts.entry, () => host.request('tables', null));
  if (answer.at === 'loading') return <div class="working" />;
  if (answer.at === 'failed') return <p class="empty">{answer.error.message}</p>;
  const { tokens, positions } = answer.value;
  if (tokens.length === 0 && positions.length === 0) {
    return <p class="empty">No tensor of this file is known as a table of tokens or positions.</p>;
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="weight-pictures" tabIndex={0} aria-label="Embeddings">
      {tokens.length > 0 && <TokensBlock tables={tokens} facts={facts} />}
      <PositionsBlock tables={positions} facts={facts} />
    </section>
  );
}

function TokensBlock({ tables, facts }: { tables: Tables['tokens']; facts: PageFacts }) {
  const [table, setTable] = useState(tables[0]!);
  const row = facts.tensors.find(({ name }) => name === table);
  return (
    <section>
      <h2>Neighbours of a token</h2>
      <div class="row-tools">
        <TableChoice tables={tables} table={table} onChoose={setTable} />
      </div>
      {row && <Neighbours key={table} row={row} />}
    </section>
  );
}

function PositionsBlock({ tables, facts }: { tables: Tables['positions']; facts: PageFacts }) {
  const [table, setTable] = useState(tables[0] ?? '');
  const row = facts.tensors.find(({ name }) => name === table);
  const [P = 0] = row?.shape.filter((n) => n > 1) ?? [];
  return (
    <section>
      <h2>Likeness of positions</h2>
      {row ? (
        <>
          <TableChoice tables={tables} table={table} onChoose={setTable} />
          <p class="note">
            Cosine of the angle between the vectors of every two positions. A bright band along the diagonal: neighbours are alike.
          </p>
          <HeatMap key={table} row={madeRow(`made:cosine/${table}`, [P, P])} shape={[P, P]} unpacked={false} statistics={null} />
        </>
      ) : (
        <p class="note">
          <Icon name="info" /> No table of positions is stored: rotary, ALiBi and sinusoidal positions are computed.{' '}
          <em>Headlight: Show Positional Encodings</em> shows them.
        </p>
      )}
    </section>
  );
}

function TableChoice({ tables, table, onChoose }: { tables: readonly string[]; table: string; onChoose: (table: string) => void }) {
  if (tables.length === 1) return <code>{table}</code>;
  return <Dropdown label="Table" value={table} choices={tables.map((value) => ({ value, label: value }))} onChoose={onChoose} />;
}
