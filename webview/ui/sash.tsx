/** The line between two columns: drag it, or move it with the arrow keys; a double click gives the width back to the page. */
import { useRef } from 'preact/hooks';

const STEP = 16;

export function Sash(props: {
  readonly label: string;
  /** Width of the column that it sizes, in pixels. */
  readonly width: () => number;
  readonly most: () => number;
  /** 1 when the column is left of the line, −1 when it is right of it. */
  readonly side: 1 | -1;
  /** The new width; 0 for the page's own choice. */
  readonly onWidth: (width: number) => void;
  readonly class: string;
}) {
  const { label, side, onWidth } = props;
  const from = useRef<{ readonly x: number; readonly width: number } | null>(null);
  const resize = (width: number) => onWidth(Math.round(Math.min(props.most(), Math.max(SMALLEST, width))));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a line that can be moved is no <hr>
    <div
      class={`sash ${props.class}`}
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={Math.round(props.width())}
      aria-valuemin={SMALLEST}
      aria-valuemax={Math.round(props.most())}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, width: props.width() };
      }}
      onPointerMove={(event) => {
        if (from.current) resize(from.current.width + side * (event.clientX - from.current.x));
      }}
      onPointerUp={() => {
        from.current = null;
      }}
      onDblClick={() => onWidth(0)}
      onKeyDown={(event) => {
        const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
        if (!step) return;
        resize(props.width() + side * step);
        event.preventDefault();
      }}
    />
  );
}

/** A column is never narrower. */
const SMALLEST = 150;
