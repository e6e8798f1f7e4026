/** A picture of a tensor's numbers: two of its axes, zoomed and moved by pointer, wheel and keys, with exact values and names of tokens. */
import { useMemo, useRef, useState } from 'preact/hooks';
import type { Statistics } from '../../../model/explore/statistics.ts';
import type { TensorRow } from '../../../model/protocol/explorer.ts';
import { short } from '../../draw/numbers.ts';
import { Icon, IconButton } from '../../ui/controls.tsx';
import { useDraw, useSize } from '../../ui/hooks.ts';
import { usePage } from '../context.ts';
import { Axes, type AxisChoice, axesOf, lengthOf } from './axes.tsx';
import { drawPicture, type Frame } from './draw.ts';
import { ExportButtons } from './export.tsx';
import { useHands } from './hands.ts';
import { type ShownSlice, useSlice } from './use-slice.ts';
import { useTokens } from './use-tokens.ts';
import { sampled, type View, whole } from './window.ts';

const HEIGHT = 380;
/** A vector is a strip. */
const STRIP = 74;
const TOP = 20;

interface Props {
  readonly row: TensorRow;
  readonly shape: readonly number[];
  readonly unpacked: boolean;
  readonly statistics: Statistics | null;
}

export function HeatMap({ row, shape, unpacked, statistics }: Props) {
  const { theme } = usePage();
  const [axes, setAxes] = useState<AxisChoice>(() => axesOf(shape));
  const size = { rows: lengthOf(shape, axes.rowAxis), columns: lengthOf(shape, axes.columnAxis) };
  const [chosen, setView] = useState<View | null>(null);
  const view = chosen ?? whole(size.rows, size.columns);
  const [cursor, setCursor] = useState<{ row: number; column: number } | null>(null);
  const [box, { width }] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const tokenRows = row.tokenAxis !== null && row.tokenAxis === axes.rowAxis;
  const frame: Frame = {
    left: size.rows === 1 ? 8 : tokenRows ? 96 : 54,
    top: TOP,
    width: Math.max(40, width - (tokenRows ? 104 : 62)),
    height: size.rows === 1 ? STRIP - TOP : HEIGHT - TOP,
  };
  const params = {
    ...axes,
    rows: sampled(view.rows, frame.height, size.rows),
    columns: sampled(view.columns, frame.width, size.columns),
  };
  const { shown, failure } = useSlice(row.name, unpacked, params);
  const names = useTokens(wantedTokens(row, axes, view, cursor));
  const nameOn = (axis: number) => (index: number) => (axis === row.tokenAxis ? (names.get(index) ?? String(index)) : String(index));
  const top = useTop(statistics, shown);
  const picture = { frame, view, shown, cursor, top, rowName: nameOn(axes.rowAxis), columnName: nameOn(axes.columnAxis) };
  useDraw(() => {
    if (canvas.current && width > 0) drawPicture(canvas.current, picture, theme.value);
  });
  const hands = useHands({
    frame,
    view,
    size,
    steps: { rows: params.rows.step, columns: params.columns.step },
    cursor,
    setView,
    setCursor,
  });
  const choose = (next: AxisChoice) => {
    if (next.rowAxis !== axes.rowAxis || next.columnAxis !== axes.columnAxis) {
      setView(null);
      setCursor(null);
    }
    setAxes(next);
  };
  return (
    <div class="heat">
      <div class="row-tools">
        <h3>Values</h3>
        <Axes shape={shape} axes={axes} onChoose={choose} />
        <span class="grow" />
        <IconButton label="Show the whole tensor" icon="screen-full" disabled={chosen === null} onPress={() => setView(null)} />
        <ExportButtons row={row} unpacked={unpacked} axes={axes} view={view} size={size} />
      </div>
      {failure ? (
        <p class="refusal" role="alert">
          <Icon name="circle-slash" /> {failure}
        </p>
      ) : (
        <>
          <div
            ref={box}
            class="heat-box"
            role="application"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys of the picture
            tabIndex={0}
            aria-label={`Values, ${size.rows} rows and ${size.columns} columns. Arrow keys move the cell, plus and minus zoom, 0 shows all.`}
            aria-describedby="heat-cell"
            {...hands}
          >
            <canvas ref={canvas} />
          </div>
          <Readout
            shown={shown}
            cursor={cursor}
            axes={axes}
            names={[picture.rowName, picture.columnName]}
            tokenAxis={row.tokenAxis}
            top={top}
          />
        </>
      )}
    </div>
  );
}

/** Indices whose tokens are written: the labels on view, and the chosen cell's. */
function wantedTokens(
  { tokenAxis }: TensorRow,
  axes: AxisChoice,
  view: View,
  cursor: { row: number; column: number } | null,
): readonly number[] {
  if (tokenAxis === null) return [];
  const span = tokenAxis === axes.rowAxis ? view.rows : tokenAxis === axes.columnAxis ? view.columns : null;
  if (!span) return [axes.at[tokenAxis] ?? 0];
  const step = Math.max(1, Math.ceil(span.length / 64));
  const ids: number[] = [];
  // Labels stand at every 1st, 2nd, 5th, 10th … index: those of a close view are asked for, all others only when a cell is chosen.
  if (step === 1) for (let id = Math.floor(span.start); id < span.start + span.length; id++) ids.push(id);
  if (cursor) ids.push(tokenAxis === axes.rowAxis ? cursor.row : cursor.column);
  return ids;
}

/** The value that gets the last colour: all but 1 % of the values are below it; before the statistics are there, the largest on view. */
function useTop(statistics: Statistics | null, shown: ShownSlice | null): number {
  return useMemo(() => {
    const [low, high] = [statistics?.quantiles[0], statistics?.quantiles.at(-1)];
    const inner = low === undefined || high === undefined ? 0 : Math.max(Math.abs(low), Math.abs(high));
    if (inner > 0) return inner;
    let most = 0;
    for (const value of shown?.slice.values ?? []) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
    return most || 1;
  }, [statistics, shown]);
}

function Readout(props: {
  shown: ShownSlice | null;
  cursor: { row: number; column: number } | null;
  axes: AxisChoice;
  names: readonly [(index: number) => string, (index: number) => string];
  tokenAxis: number | null;
  top: number;
}) {
  const { shown, cursor, axes, names, tokenAxis, top } = props;
  const steps = shown ? stepWords(shown) : '';
  return (
    <p class="readout heat-readout">
      <span id="heat-cell" aria-live="polite">
        {shown && cursor
          ? cellWords(shown, cursor, axes, names, tokenAxis)
          : 'Point at a cell, or move with the arrow keys, for its value.'}
      </span>
      <span class="muted">
        blue −{short(top)} · 0 · orange {short(top)} {steps}
      </span>
    </p>
  );
}

const stepWords = ({ params: { rows, columns } }: ShownSlice) =>
  rows.step === 1 && columns.step === 1
    ? '· every value is shown'
    : `· every ${nth(rows.step)} row and ${nth(columns.step)} column is shown`;

const nth = (n: number) => (n === 1 ? 'single' : n === 2 ? '2nd' : n === 3 ? '3rd' : `${n}th`);

function cellWords(
  { params, slice }: ShownSlice,
  cursor: { row: number; column: number },
  axes: AxisChoice,
  [rowName, columnName]: readonly [(index: number) => string, (index: number) => string],
  tokenAxis: number | null,
): string {
  const [r, c] = [(cursor.row - params.rows.start) / params.rows.step, (cursor.column - params.columns.start) / params.columns.step];
  const seen = Number.isInteger(r) && Number.isInteger(c) && r >= 0 && c >= 0 && r < params.rows.count && c < params.columns.count;
  const value = seen ? (slice.words?.[r * params.columns.count + c] ?? String(slice.values[r * params.columns.count + c])) : '…';
  const index = axes.at.map((i, axis) => (axis === axes.rowAxis ? cursor.row : axis === axes.columnAxis ? cursor.column : i));
  const token = tokenAxis === axes.rowAxis ? rowName(cursor.row) : tokenAxis === axes.columnAxis ? columnName(cursor.column) : null;
  return `[${index.join(', ')}]${token === null ? '' : ` “${token}”`} = ${value}`;
}
