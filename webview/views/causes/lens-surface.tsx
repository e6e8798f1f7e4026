/** The grid: canvas, scrolling, pointer and keys. */
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { LensResult } from '../../../model/protocol/engine.ts';
import { percent } from '../../draw/numbers.ts';
import { tokenLabel } from '../../state/axis.ts';
import { useDraw, useSize } from '../../ui/hooks.ts';
import { usePanel } from '../context.ts';
import { stateName, stateWords } from './lens-details.tsx';
import { drawLens } from './lens-draw.ts';
import { type Cell, cellAt, type Grid, scrollTo, sizeOf, stepped } from './lens-geometry.ts';
import type { Question } from './question.tsx';

/** Tallest that the grid becomes before it scrolls. */
const TALLEST = 380;
const SCROLLBAR = 14;

/** The lens as the grid shows it. */
export interface LensView {
  readonly grid: Grid;
  /** Whether a column is a token of the text; else there is one column for the whole. */
  readonly perToken: boolean;
  readonly columns: readonly string[];
  readonly name: (cell: Cell) => string;
  readonly topShare: (cell: Cell) => number;
  /** What colours a cell and stands in it. */
  readonly share: (cell: Cell) => number;
}

/** @param colour `answer`: cells show the probability of the answer that is followed, not that of their own likeliest */
export function viewOf({ side, nameOf }: Question, lens: LensResult, colour: 'top' | 'answer'): LensView {
  const at = ({ state, column }: Cell) => state * lens.rows + column;
  const topShare = (cell: Cell) => lens.probabilities[at(cell) * lens.count]!;
  const perToken = side !== null && lens.rows === side.count;
  return {
    ...{ grid: { states: lens.states, columns: lens.rows }, perToken, topShare },
    columns: perToken ? Array.from({ length: lens.rows }, (_, t) => tokenLabel(side, t)) : ['the whole'],
    name: (cell) => nameOf(lens.ids[at(cell) * lens.count]!),
    share: colour === 'top' ? topShare : (cell) => lens.asked[at(cell)]!,
  };
}

interface SurfaceProps {
  readonly view: LensView;
  readonly chosen: Cell;
  readonly pointed: Signal<Cell | null>;
  readonly onChoose: (cell: Cell) => void;
}

export function LensSurface({ view, chosen, pointed, onChoose }: SurfaceProps) {
  const { theme } = usePanel();
  const [box, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroll = useSignal({ left: 0, top: 0 });
  const { grid, columns, name, topShare, share } = view;
  const { left, top } = scroll.value;
  useDraw(() => {
    if (!canvas.current || size.width === 0) return;
    const picture = {
      theme: theme.value,
      grid,
      columns,
      top: name,
      share,
      chosen,
      pointed: pointed.value,
      stateName: stateName(grid.states),
    };
    drawLens(canvas.current, { left, top, ...size }, picture);
  });
  useEffect(() => {
    if (size.width === 0 || !box.current) return;
    const to = scrollTo(grid, chosen, scroll.peek(), size);
    box.current.scrollTo(to.left, to.top);
  }, [size.width > 0, chosen.column, chosen.state]);
  const hit = (event: MouseEvent) => {
    const bounds = canvas.current!.getBoundingClientRect();
    return cellAt(grid, event.clientX - bounds.left, event.clientY - bounds.top, scroll.peek());
  };
  const press = (event: MouseEvent) => {
    const cell = hit(event);
    if (cell) onChoose(cell);
  };
  const keyDown = (event: KeyboardEvent) => {
    const to = stepped(grid, chosen, event.key);
    if (!to) return;
    onChoose(to);
    event.preventDefault();
  };
  const { width, height } = sizeOf(grid);
  return (
    <div
      class="lens-box"
      ref={box as { current: HTMLDivElement }}
      role="listbox"
      tabIndex={0}
      aria-label="Layers and positions. Arrow keys walk; up is towards the answer."
      aria-activedescendant="lens-cell"
      style={{ height: `${Math.min(height + SCROLLBAR, TALLEST)}px` }}
      onScroll={({ currentTarget }) => {
        scroll.value = { left: currentTarget.scrollLeft, top: currentTarget.scrollTop };
      }}
      onClick={press}
      onPointerMove={(event) => {
        pointed.value = hit(event);
      }}
      onPointerLeave={() => {
        pointed.value = null;
      }}
      onKeyDown={keyDown}
    >
      <canvas ref={canvas} class="lens-canvas" />
      <div class="lens-room" style={{ width: `${width}px`, height: `${height}px` }} />
      <div class="unseen" role="option" tabIndex={-1} id="lens-cell" aria-selected="true">
        {`${stateWords(grid.states, chosen.state)}, ${columns[chosen.column]}: ${name(chosen)} ${percent(topShare(chosen))}`}
      </div>
    </div>
  );
}
