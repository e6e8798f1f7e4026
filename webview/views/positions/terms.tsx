/** Terms of the scores that tokens make with distances: content to position, position to content. */
import { useSignal } from '@preact/signals';
import { meanByDistance } from '../../../model/positions/geometry.ts';
import { exact, headName } from '../../draw/numbers.ts';
import { select } from '../../state/select.ts';
import { Dropdown } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { LinesChart } from './chart.tsx';
import { HeatMap } from './heat.tsx';
import { type Look, rowsOf } from './look.ts';
import { Numbered, type Numbers } from './numbers.tsx';

export function TermsPicture({ look }: { look: Look }) {
  const { store, theme } = usePanel();
  const which = useSignal('0');
  const { terms } = look.positions;
  const term = terms[Number(which.value)] ?? terms[0]!;
  const { layer } = look.shown.site;
  const name = headName(layer, look.shown.heads[0]!.head);
  const choices = terms.map(({ words }, i) => ({ value: String(i), label: words }));
  const [asks, answers] = [rowsOf(store, look, 'query'), rowsOf(store, look, 'key')];
  if (!term.map) return <p class="note">This term is not computed apart. Its sum with the mask is in Neurons, column “+ mask”.</p>;
  const { queries: T, keys: S, data } = term.map;
  const hidden = look.shown.site.causal ? (row: number, column: number) => column > row + S - T : () => false;
  const seen = data.map((value, at) => (hidden(Math.floor(at / S), at % S) ? Number.NaN : value));
  const fall = meanByDistance({ rows: T, columns: S, data: seen }, (value) => Number.isFinite(value));
  const numbers = (): Numbers => ({
    caption: `${term.words}, ${name}: rows ask, columns answer`,
    ...{ rows: T, columns: S, chosenRow: asks.chosen, chosenColumn: answers.chosen },
    row: asks.label,
    column: answers.label,
    value: (row, column) => seen[row * S + column]!,
  });
  return (
    <>
      <div class="row-tools">
        {terms.length > 1 && (
          <Dropdown
            label="Which term"
            value={which.value}
            choices={choices}
            onChoose={(value) => {
              which.value = value;
            }}
          />
        )}
        <span class="muted">
          {term.formula[0]} · {name}
        </span>
      </div>
      <Numbered numbers={numbers}>
        <HeatMap
          label={`${term.words} of ${name}: ${T} queries by ${S} keys`}
          cells={{ data: seen, rows: T, columns: S }}
          signed
          what="part of the score"
          columns="key"
          rowLabel={asks.label}
          row={asks.chosen}
          column={answers.chosen}
          onPick={(row, column) => select(store, { query: row, key: column })}
          words={(row, column) => `${asks.label(row)} → ${answers.label(column)}: ${exact(seen[row * S + column]!)} of the score`}
          square
        />
        <h3>Mean by distance</h3>
        <LinesChart
          label={`Mean of ${term.words} by distance`}
          x="key − query, in positions"
          y="part of the score"
          series={[
            { name: term.words, points: fall.distances.map((x, i) => ({ x, y: fall.means[i]! })), colour: theme.value.foreground, dots: 2 },
          ]}
          words={(_, { x, y }) => `${x}: ${exact(y)}`}
        />
      </Numbered>
    </>
  );
}
