/** The exact number under the cross-hair, in words. */
import { exact, percent, short } from '../../draw/numbers.ts';
import { togglePin } from '../../state/select.ts';
import type { Shown } from '../../state/shown.ts';
import { IconButton } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';

const valueAt = ({ cells }: Shown, row: number, column: number): number => cells.data[row * cells.columns + column] ?? Number.NaN;

/** `are attends 52 % to key (0.519642)`. */
export function cellWords(shown: Shown, row: number, column: number): string {
  const value = valueAt(shown, row, column);
  const [query, key] = [shown.rows.labels[row] ?? '', shown.columns.labels[column] ?? ''];
  if (!Number.isFinite(value)) return 'no cell';
  if (shown.against) return `${query} to ${key}: difference ${exact(value)}`;
  return `${query} attends ${percent(value)} to ${key} (${exact(value)})`;
}

export function Readout({ shown }: { shown: Shown }) {
  const { store, host } = usePanel();
  const pointed = store.pointed.value;
  const { query, key } = pointed.query !== null && pointed.key !== null ? pointed : store.selection.value;
  const row = query === null ? -1 : (shown.rows.placeOf[query] ?? -1);
  const column = key === null ? -1 : (shown.columns.placeOf[key] ?? -1);
  return (
    <div class="readout">
      <p class="value">
        {row >= 0 && column >= 0 ? (
          <>
            <bdi class="token-name">{shown.rows.labels[row]}</bdi> → <bdi class="token-name">{shown.columns.labels[column]}</bdi>{' '}
            <span class="number">
              {shown.against && valueAt(shown, row, column) > 0 ? '+' : ''}
              {exact(valueAt(shown, row, column))}
            </span>{' '}
            <IconButton
              label="Copy this number"
              icon="copy"
              onPress={() =>
                void host.request('copy', {
                  text: `${shown.rows.labels[row]}\t${shown.columns.labels[column]}\t${exact(valueAt(shown, row, column))}`,
                })
              }
            />
          </>
        ) : (
          <span class="muted">point at a cell to read its weight</span>
        )}
      </p>
      <p class="muted">
        rows ask (query), columns answer (key)
        {shown.over === 'flow' ? '; flow is computed for the chosen query' : shown.site.causal ? '; nothing looks ahead' : ''}
        <HiddenMass shown={shown} row={row} />
      </p>
      <Pins shown={shown} />
    </div>
  );
}

/** What the picture leaves out, in words. */
function HiddenMass({ shown, row }: { shown: Shown; row: number }) {
  const { store } = usePanel();
  const { specials, threshold } = store.view.value;
  if (shown.against || (specials === 'show' && threshold <= 0) || shown.hidden.length === 0) return null;
  const mean = shown.hidden.reduce((a, b) => a + b, 0) / shown.hidden.length;
  const what = [specials === 'show' ? null : 'special tokens', threshold > 0 ? `weights below ${short(threshold)}` : null]
    .filter(Boolean)
    .join(' and ');
  return (
    <span class="hidden-mass">
      {' '}
      · not drawn: {what}, {row >= 0 ? `${percent(shown.hidden[row]!)} of this row, ` : ''}
      {percent(mean)} on average
    </span>
  );
}

function Pins({ shown }: { shown: Shown }) {
  const { store } = usePanel();
  const pins = store.pins.value;
  if (pins.length === 0) return null;
  return (
    <ul class="pins" aria-label="Pinned cells">
      {pins.map(({ query, key }) => {
        const [row, column] = [shown.rows.placeOf[query] ?? -1, shown.columns.placeOf[key] ?? -1];
        if (row < 0 || column < 0) return null;
        const words = `${shown.rows.labels[row]} → ${shown.columns.labels[column]}`;
        return (
          <li key={`${query} ${key}`}>
            <button type="button" class="chip" title={`Unpin ${words}`} onClick={() => togglePin(store, query, key)}>
              {words} <span class="number">{short(valueAt(shown, row, column))}</span>{' '}
              <span class="codicon codicon-close" aria-hidden="true" />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
