/** Which two axes of a tensor are seen, and at which index of the others. */
import { Dropdown, TextField } from '../../ui/controls.tsx';

export interface AxisChoice {
  /** −1 where there is none. */
  readonly rowAxis: number;
  readonly columnAxis: number;
  readonly at: readonly number[];
}

/** The last two axes. */
export function axesOf(shape: readonly number[]): AxisChoice {
  return { rowAxis: shape.length - 2 >= 0 ? shape.length - 2 : -1, columnAxis: shape.length - 1, at: shape.map(() => 0) };
}

export const lengthOf = (shape: readonly number[], axis: number): number => (axis < 0 ? 1 : (shape[axis] ?? 1));

export function Axes({ shape, axes, onChoose }: { shape: readonly number[]; axes: AxisChoice; onChoose: (axes: AxisChoice) => void }) {
  if (shape.length < 2) return null;
  const choices = shape.map((length, axis) => ({ value: String(axis), label: `axis ${axis} (${length.toLocaleString('en')})` }));
  // Choosing the other one's axis swaps the two.
  const swap = (key: 'rowAxis' | 'columnAxis', axis: number) => {
    const other = key === 'rowAxis' ? 'columnAxis' : 'rowAxis';
    onChoose({ ...axes, [key]: axis, [other]: axes[other] === axis ? axes[key] : axes[other] });
  };
  return (
    <>
      <span class="muted">down</span>
      <Dropdown
        label="Axis that runs down"
        value={String(axes.rowAxis)}
        choices={choices}
        onChoose={(axis) => swap('rowAxis', Number(axis))}
      />
      <span class="muted">right</span>
      <Dropdown
        label="Axis that runs right"
        value={String(axes.columnAxis)}
        choices={choices}
        onChoose={(axis) => swap('columnAxis', Number(axis))}
      />
      {shape.map((length, axis) =>
        axis === axes.rowAxis || axis === axes.columnAxis ? null : (
          <Index key={axis} axis={axis} length={length} axes={axes} onChoose={onChoose} />
        ),
      )}
    </>
  );
}

function Index(props: { axis: number; length: number; axes: AxisChoice; onChoose: (axes: AxisChoice) => void }) {
  const { axis, length, axes, onChoose } = props;
  const choose = (text: string) => {
    const index = Number(text);
    if (Number.isInteger(index) && index >= 0 && index < length)
      onChoose({ ...axes, at: axes.at.map((old, i) => (i === axis ? index : old)) });
  };
  return (
    <span class="axis-index">
      <span class="muted">axis {axis} at</span>
      <TextField label={`Index on axis ${axis}, 0 to ${length - 1}`} placeholder="0" value={String(axes.at[axis] ?? 0)} onInput={choose} />
    </span>
  );
}
