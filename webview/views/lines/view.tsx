/** Lines from each query to the keys that it looks at: two columns of tokens, or arcs over one line of text. */
import { headColours } from '../../colour/scales.ts';
import { headName, percent } from '../../draw/numbers.ts';
import type { Shown } from '../../state/shown.ts';
import { setView } from '../../state/store.ts';
import { Dropdown } from '../../ui/controls.tsx';
import { useSize } from '../../ui/hooks.ts';
import { usePanel } from '../context.ts';
import { MapChoices } from '../matrix/tools.tsx';
import { Surface } from './surface.tsx';

export function LinesView({ shown }: { shown: Shown }) {
  const { store } = usePanel();
  const [box, size] = useSize<HTMLDivElement>();
  const { lines } = store.view.value;
  const oneText = shown.queries.tokens === shown.keys.tokens && shown.queries.count === shown.keys.count;
  return (
    <div class="lines-view drawing">
      <LineTools shown={shown} oneText={oneText} />
      <div class="lines-box" ref={box as { current: HTMLDivElement }}>
        {size.width > 60 && size.height > 60 && <Surface shown={shown} size={size} arcs={lines === 'arcs' && oneText} />}
      </div>
      <LineWords shown={shown} />
    </div>
  );
}

function LineTools({ shown, oneText }: { shown: Shown; oneText: boolean }) {
  const { store } = usePanel();
  const view = store.view.value;
  return (
    <div class="row-tools">
      {oneText && (
        <Dropdown
          label="Layout"
          value={view.lines}
          choices={[
            { value: 'columns', label: 'two columns' },
            { value: 'arcs', label: 'arcs over the text' },
          ]}
          onChoose={(lines) => setView(store, { lines })}
        />
      )}
      <Dropdown
        label="Which lines are drawn"
        value={view.linesKeep === 'top' ? `top ${view.linesTop}` : `mass ${view.linesMass}`}
        choices={[
          ...[1, 3, 5, 10].map((n) => ({ value: `top ${n}`, label: n === 1 ? 'largest of each query' : `${n} largest of each query` })),
          ...[0.5, 0.8, 0.9, 0.95, 1].map((m) => ({
            value: `mass ${m}`,
            label: m === 1 ? 'all lines' : `${percent(m)} of each query's weight`,
          })),
        ]}
        onChoose={(choice) => {
          const [kind, number] = choice.split(' ');
          if (kind === 'top') setView(store, { linesKeep: 'top', linesTop: Number(number) });
          else setView(store, { linesKeep: 'mass', linesMass: Number(number) });
        }}
      />
      <MapChoices shown={shown} />
    </div>
  );
}

/** What the picture leaves out. */
function LineWords({ shown }: { shown: Shown }) {
  const { store, theme } = usePanel();
  const view = store.view.value;
  const overlay = view.combine === 'overlay' && shown.heads.length > 1 && !shown.against;
  const colours = headColours(theme.value.kind);
  return (
    <p class="note">
      Thickness is the weight
      {view.linesKeep === 'top'
        ? `; the ${view.linesTop} largest of each query`
        : view.linesMass < 1
          ? `; of each query the lines that carry ${percent(view.linesMass)} of its weight`
          : ''}
      .{shown.against ? ' Dashed lines: less than the other head.' : ''}
      {overlay &&
        shown.heads.map((h, i) => (
          <span key={headName(h.layer, h.head)} class="head-key">
            <span class="swatch" style={{ backgroundColor: colours[i]! }} /> {headName(h.layer, h.head)}
          </span>
        ))}
    </p>
  );
}
