/** A number for each square of patches, drawn over the picture; pointer and arrow keys read them. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { patchAt, patchRect, type Rect } from '../../../model/image/index.ts';
import type { Scene } from '../../image/scene.ts';
import { useDraw, useSize } from '../../ui/hooks.ts';
import { usePanel } from '../context.ts';
import { drawPicture, fitPicture, type Overlay } from '../image/draw.ts';
import { Legend } from '../matrix/legend.tsx';
import { signed, topOf } from './bits.ts';

const OPACITY = 0.6;
const STEP: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

interface Props {
  readonly scene: Scene;
  /** Patches of each square, row-major. */
  readonly squares: readonly (readonly number[])[];
  /** Of each square, in bits. */
  readonly drops: Float32Array;
}

export function DropsPicture({ scene, squares, drops }: Props) {
  const { theme } = usePanel();
  const [box, size] = useSize<HTMLDivElement>();
  const strongest = drops.reduce((best, drop, i) => (drop > drops[best]! ? i : best), 0);
  const chosen = useSignal<number | null>(null);
  const pointed = useSignal<number | null>(null);
  const at = pointed.value ?? chosen.value ?? strongest;
  const most = topOf(drops);
  return (
    <div class="drops-picture">
      <p class="readout value" role="status">
        {squareWords(scene, squares[at]!)}: {signed(drops[at]!)} bits{at === strongest ? ', the largest drop' : ''}
      </p>
      <div class="picture-box" ref={box as { current: HTMLDivElement }}>
        {size.width > 40 && size.height > 40 && (
          <Surface
            scene={scene}
            squares={squares}
            drops={drops}
            size={size}
            most={most}
            at={at}
            onPoint={(square) => {
              pointed.value = square;
            }}
            onChoose={(square) => {
              chosen.value = square;
              pointed.value = null;
            }}
          />
        )}
      </div>
      <div class="legend-row">
        <Legend colours={theme.value.diverging} scale="linear" top={most} signed={true} what="drop in bits" />
      </div>
    </div>
  );
}

/** `row 3, column 5`, `rows 3 to 4, columns 5 to 6`. */
function squareWords({ tokens: { grid } }: Scene, square: readonly number[]): string {
  const place = (patch: number) => [Math.floor(patch / grid.columns) + 1, (patch % grid.columns) + 1] as const;
  const [[top, left], [bottom, right]] = [place(square[0]!), place(square.at(-1)!)];
  const range = (name: string, from: number, to: number) => (from === to ? `${name} ${from}` : `${name}s ${from} to ${to}`);
  return `${range('row', top, bottom)}, ${range('column', left, right)}`;
}

interface SurfaceProps extends Props {
  readonly size: { readonly width: number; readonly height: number };
  readonly most: number;
  readonly at: number;
  readonly onPoint: (square: number | null) => void;
  readonly onChoose: (square: number) => void;
}

function Surface({ scene, squares, drops, size, most, at, onPoint, onChoose }: SurfaceProps) {
  const { theme } = usePanel();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { grid } = scene.tokens;
  const fit = fitPicture(scene.bitmap, size.width, size.height);
  const squareOf = new Map(squares.flatMap((patches, i) => patches.map((patch) => [patch, i] as const)));
  useDraw(() => {
    if (!canvas.current) return;
    const count = grid.rows * grid.columns;
    const overlay: Overlay = {
      scene,
      grid,
      window: null,
      weights: Float32Array.from({ length: count }, (_, patch) => drops[squareOf.get(patch)!] ?? 0),
      kept: new Uint8Array(count).fill(1),
      paint: { colours: theme.value.diverging, scale: 'linear', signed: true, most },
      opacity: OPACITY,
      smooth: false,
    };
    drawPicture(canvas.current, size, fit, overlay, { queries: [rectOf(scene, squares[at]!)], key: null, pointed: null }, theme.value);
  });
  const under = (event: MouseEvent): number | null => {
    const { left, top } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const [x, y] = [(event.clientX - left - fit.left) / fit.scale, (event.clientY - top - fit.top) / fit.scale];
    const outside = x < 0 || y < 0 || x >= scene.bitmap.width || y >= scene.bitmap.height;
    const patch = outside ? null : patchAt({ grid, firstPatch: 0 }, scene.geometry, x, y);
    return patch === null ? null : (squareOf.get(patch) ?? null);
  };
  const press = (event: KeyboardEvent) => {
    const step = STEP[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = neighbour(grid, squares[at]!, step);
    if (next !== null) onChoose(squareOf.get(next)!);
  };
  return (
    <div
      class="picture-hands"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a picture that is walked through with the arrow keys
      tabIndex={0}
      role="application"
      aria-roledescription="picture with drops"
      aria-label={`${scene.name}. ${squareWords(scene, squares[at]!)}: ${signed(drops[at]!)} bits. Arrow keys walk through the squares.`}
      onPointerMove={(event) => onPoint(under(event))}
      onPointerLeave={() => onPoint(null)}
      onClick={(event) => {
        const square = under(event);
        if (square !== null) onChoose(square);
      }}
      onKeyDown={press}
    >
      <canvas ref={canvas} />
    </div>
  );
}

/** The patch beside a square in a direction; null at the edge. */
function neighbour({ rows, columns }: Scene['tokens']['grid'], square: readonly number[], [down, right]: readonly [number, number]) {
  const corner = down + right > 0 ? square.at(-1)! : square[0]!;
  const [row, column] = [Math.floor(corner / columns) + down, (corner % columns) + right];
  return row < 0 || column < 0 || row >= rows || column >= columns ? null : row * columns + column;
}

/** From the upper left of its first patch to the lower right of its last, in pixels of the picture. */
function rectOf({ geometry, tokens: { grid } }: Scene, square: readonly number[]): Rect {
  const place = (patch: number) => patchRect(grid, geometry, Math.floor(patch / grid.columns), patch % grid.columns);
  const [first, last] = [place(square[0]!), place(square.at(-1)!)];
  return { left: first.left, top: first.top, right: last.right, bottom: last.bottom };
}
