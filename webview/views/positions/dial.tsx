/** Rotary positions at work: the chosen q (or k) of the run, pair by pair, and where it points as the position moves. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Rotation } from '../../../model/positions/types.ts';
import type { Theme } from '../../colour/theme.ts';
import { exact, short } from '../../draw/numbers.ts';
import { prepare } from '../../draw/surface.ts';
import { tokenLabel } from '../../state/axis.ts';
import { setView } from '../../state/store.ts';
import { Dropdown } from '../../ui/controls.tsx';
import { useDraw, useSize } from '../../ui/hooks.ts';
import { usePanel } from '../context.ts';
import { wavelength } from './angles.tsx';
import type { Look } from './look.ts';
import { linesAsNumbers, Numbered } from './numbers.tsx';

/** A pair of columns of a vector as it was before the rotation, and its number. */
interface Pair {
  readonly at: number;
  readonly x: number;
  readonly y: number;
}

const DIALS = 8;
const WIDTH = 118;
const HEIGHT = 142;

/** Pairs that are shown: the chosen one among those spread from the fastest to the slowest. */
export function shownPairs(pairs: number, chosen: number): number[] {
  const spread = Array.from({ length: Math.min(DIALS, pairs) }, (_, i) =>
    Math.round((i * (pairs - 1)) / Math.max(1, Math.min(DIALS, pairs) - 1)),
  );
  return [...new Set([...spread.slice(0, DIALS - (spread.includes(chosen) ? 0 : 1)), chosen])].sort((a, b) => a - b);
}

/** Pairs of one row of q or k [T, d], turned back to position 0. */
export function unturned(vector: ArrayLike<number>, row: number, { angles, pairs, layout, factor }: Rotation): Pair[] {
  return Array.from({ length: pairs }, (_, at) => {
    const [a, b] = layout === 'interleaved' ? [2 * at, 2 * at + 1] : [at, at + pairs];
    const angle = angles[row * pairs + at]!;
    const [x, y] = [vector[a]! / factor, vector[b]! / factor];
    return { at, x: x * Math.cos(angle) + y * Math.sin(angle), y: y * Math.cos(angle) - x * Math.sin(angle) };
  });
}

export function DialPicture({ look }: { look: Look }) {
  const { store, maps } = usePanel();
  const which = useSignal<'q' | 'k'>('q');
  const [head] = look.shown.heads;
  const vectors = head && maps.value?.vectors(head).value;
  const { query, key } = store.selection.value;
  const side = which.value === 'q' ? look.shown.queries : look.shown.keys;
  const row = (which.value === 'q' ? query : key) ?? 0;
  if (!vectors || vectors.state === 'loading') return <p class="note">The queries and keys are on their way.</p>;
  if (vectors.state === 'failed') return <p class="note">{vectors.error.message}</p>;
  const { headDim, [which.value]: all } = vectors.value;
  return (
    <>
      <div class="row-tools">
        <Dropdown
          label="Which vector"
          value={which.value}
          choices={[
            { value: 'q', label: 'query q' },
            { value: 'k', label: 'key k' },
          ]}
          onChoose={(value) => {
            which.value = value;
          }}
        />
        <span class="muted">
          of “{tokenLabel(side, row)}”{which.value === 'k' && key === null ? ' (choose a key in Details or Matrix)' : ''}
        </span>
      </div>
      <Dials
        look={look}
        vector={all.subarray(row * headDim, (row + 1) * headDim)}
        row={row}
        name={`${which.value} of ${tokenLabel(side, row)}`}
      />
    </>
  );
}

function Dials({ look, vector, row, name }: { look: Look; vector: Float32Array; row: number; name: string }) {
  const { store, theme } = usePanel();
  const rotation = look.positions.rotation!;
  const { rows: T, pairs, frequencies, first } = rotation;
  const moved = useSignal<{ readonly of: number; readonly to: number } | null>(null);
  const [box, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const position = moved.value?.of === row ? moved.value.to : row + first;
  const plain = unturned(vector, Math.min(row, T - 1), rotation);
  const chosen = Math.min(store.view.value.pair, pairs - 1);
  const dials = shownPairs(pairs, chosen);
  const across = Math.max(1, Math.floor(size.width / WIDTH));
  const last = Math.max(127, T - 1 + first);
  useDraw(() => {
    if (!canvas.current || size.width < 60) return;
    const context = prepare(canvas.current, size.width, HEIGHT * Math.ceil(dials.length / across));
    dials.forEach((pair, i) => {
      const at = { x: (i % across) * WIDTH, y: Math.floor(i / across) * HEIGHT };
      drawDial(context, theme.value, at, { pair: plain[pair]!, rotation, position, own: row + first, isChosen: pair === chosen });
    });
  });
  const angle = (pair: number) => position * frequencies[pair]!;
  const said = `${name}: pair ${chosen} at position ${position} is turned by ${short(angle(chosen))} rad; once round in ${short(wavelength(rotation, chosen))} positions`;
  const turned = (row: number, line: number) => [plain[row]!.x, plain[row]!.y, angle(row), wavelength(rotation, row)][line]!;
  const names = ['before rotation, first', 'before rotation, second', `angle at ${position} (rad)`, 'positions a turn'];
  return (
    <Numbered
      numbers={() =>
        linesAsNumbers(
          `${name}: pairs`,
          plain.map(({ at }) => at),
          names,
          turned,
        )
      }
    >
      <label class="slider">
        position
        <input
          type="range"
          min={0}
          max={last}
          value={position}
          aria-valuetext={said}
          onInput={(event) => {
            moved.value = { of: row, to: Number(event.currentTarget.value) };
          }}
        />
        <span class="number">{position}</span>
      </label>
      <div ref={box as { current: HTMLDivElement }} class="dials">
        <canvas
          ref={canvas}
          role="img"
          aria-label={said}
          onClick={(event) => {
            const edge = event.currentTarget.getBoundingClientRect();
            const at = Math.floor((event.clientY - edge.top) / HEIGHT) * across + Math.floor((event.clientX - edge.left) / WIDTH);
            if (dials[at] !== undefined) setView(store, { pair: dials[at] });
          }}
        />
      </div>
      <p class="value number">
        pair {chosen}: ({exact(plain[chosen]!.x)}, {exact(plain[chosen]!.y)}) turned by {exact(angle(chosen))} rad at position {position}
      </p>
      <p class="note">
        Faint: where the pair points at each of the text's positions. Outlined: at its own, {row + first}. Filled: at position {position}.
        Fast pairs tell neighbours apart, slow ones far places.
      </p>
    </Numbered>
  );
}

interface Dial {
  readonly pair: Pair;
  readonly rotation: Rotation;
  readonly position: number;
  readonly own: number;
  readonly isChosen: boolean;
}

function drawDial(
  context: CanvasRenderingContext2D,
  theme: Theme,
  at: { x: number; y: number },
  { pair, rotation, position, own, isChosen }: Dial,
): void {
  const [cx, cy, radius] = [at.x + WIDTH / 2, at.y + WIDTH / 2, WIDTH / 2 - 12];
  const { frequencies, rows, first } = rotation;
  const start = Math.atan2(pair.y, pair.x);
  const tip = (p: number, r: number): [number, number] => {
    const angle = start + p * frequencies[pair.at]!;
    return [cx + r * Math.cos(angle), cy - r * Math.sin(angle)];
  };
  context.lineWidth = isChosen ? 2 : 1;
  context.strokeStyle = isChosen ? theme.foreground : theme.muted;
  context.beginPath();
  context.arc(cx, cy, radius, 0, 2 * Math.PI);
  context.stroke();
  context.fillStyle = theme.muted;
  for (let p = 0; p < rows; p++) dot(context, tip(p + first, radius - 7), 1.5, true);
  context.strokeStyle = theme.query;
  context.fillStyle = theme.query;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(cx, cy);
  context.lineTo(...tip(position, radius));
  context.stroke();
  dot(context, tip(position, radius), 4, true);
  context.lineWidth = 1.5;
  dot(context, tip(own, radius), 5, false);
  context.fillStyle = theme.foreground;
  context.font = `${theme.fontSize - 2}px ${theme.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'top';
  context.fillText(`pair ${pair.at} · round in ${short(wavelength(rotation, pair.at))}`, cx, at.y + WIDTH - 6);
}

function dot(context: CanvasRenderingContext2D, [x, y]: readonly [number, number], size: number, isFull: boolean): void {
  context.beginPath();
  context.arc(x, y, size, 0, 2 * Math.PI);
  if (isFull) context.fill();
  else context.stroke();
}
