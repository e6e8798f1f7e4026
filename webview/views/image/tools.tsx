/** What stands around the picture: tokens that are no patches, and how the weights are painted. */
import { exact, percent } from '../../draw/numbers.ts';
import type { Places } from '../../image/places.ts';
import { type Scene, tokenName } from '../../image/scene.ts';
import { select } from '../../state/select.ts';
import type { Shown } from '../../state/shown.ts';
import { setView } from '../../state/store.ts';
import { Checkbox, Dropdown, IconButton } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';
import { ScaleChoice } from '../matrix/legend.tsx';

/** Class, distillation and register tokens as queries, with what the row gives them. */
export function TokenButtons({ shown, scene, places, row }: { shown: Shown; scene: Scene; places: Places; row: Float32Array }) {
  const { store } = usePanel();
  const { query } = store.selection.value;
  if (places.window) return <WindowChoice window={places.window} />;
  const others = scene.tokens.tokens.flatMap((token, position) => (token.kind === 'patch' ? [] : [{ token, position }]));
  if (others.length === 0) return null;
  return (
    <div class="picture-tokens" role="toolbar" aria-label="Tokens that are no patches">
      {others.map(({ token, position }) => (
        <button
          key={position}
          type="button"
          class="chip"
          aria-pressed={query === position}
          title={`Ask from ${tokenName(token)}. It gets ${exact(row[position] ?? 0)} of this row.`}
          onClick={() => select(store, { query: position })}
        >
          {tokenName(token)} <span class="number">{shown.against ? exact(row[position] ?? 0) : percent(row[position] ?? 0)}</span>
        </button>
      ))}
    </div>
  );
}

/** Which window is looked at, and the way to the next. */
function WindowChoice({ window: { index, count, edge, shift } }: { window: NonNullable<Places['window']> }) {
  const { store } = usePanel();
  const step = (by: number) => {
    store.window.value = (index + by + count) % count;
  };
  return (
    <div class="picture-tokens" role="toolbar" aria-label="Window">
      <IconButton label="Window before" icon="chevron-left" onPress={() => step(-1)} />
      <span class="number">
        window {index + 1} of {count}
      </span>
      <IconButton label="Next window" icon="chevron-right" onPress={() => step(1)} />
      <span class="muted">
        This layer attends within windows of {edge} × {edge} patches
        {shift > 0 ? `, shifted by ${shift}: those at the edge go on at the other side, and only neighbours see each other` : ''}. Click
        another patch for its window.
      </span>
    </div>
  );
}

export function PictureTools({ signed }: { signed: boolean }) {
  const { store } = usePanel();
  const { smooth, opacity, mass, pictureRange } = store.view.value;
  return (
    <>
      <ScaleChoice />
      {!signed && (
        <Dropdown
          label="What the last colour stands for"
          value={pictureRange}
          position="above"
          choices={[
            { value: 'row', label: 'up to the largest patch' },
            { value: 'one', label: 'up to 1' },
          ]}
          onChoose={(pictureRange) => setView(store, { pictureRange })}
        />
      )}
      <Slider label="opacity" value={opacity} least={0} onChange={(opacity) => setView(store, { opacity })} />
      {!signed && <Slider label="mass painted" value={mass} least={0.05} onChange={(mass) => setView(store, { mass })} />}
      <Checkbox label="smooth" checked={smooth} onChange={(smooth) => setView(store, { smooth })} />
    </>
  );
}

function Slider(props: { label: string; value: number; least: number; onChange: (value: number) => void }) {
  const { label, value, least, onChange } = props;
  return (
    <label class="slider">
      {label}
      <input
        type="range"
        min={least}
        max={1}
        step={0.05}
        value={value}
        aria-valuetext={percent(value)}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
      <span class="number">{percent(value)}</span>
    </label>
  );
}
