/** What the colours mean, with numbers, and the choices about them. */
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Scale, STEPS, shareAt, type Table } from '../../colour/scales.ts';
import { short } from '../../draw/numbers.ts';
import { prepare } from '../../draw/surface.ts';
import { setView } from '../../state/store.ts';
import { Dropdown } from '../../ui/controls.tsx';
import { usePanel } from '../context.ts';

const WIDTH = 168;

/** @param top what the last colour stands for; null when each row has its own */
export function Legend(props: { colours: Table; scale: Scale; top: number | null; signed: boolean; what?: string }) {
  const { colours, scale, top, signed, what } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current) drawRamp(canvas.current, colours);
  }, [colours]);
  const value = (place: number) => (signed ? (2 * place - 1) * (top ?? 1) : shareAt(scale, place) * (top ?? 1));
  // Quarters find room between numbers as short as 0.250 and 1.00.
  const roomy = short(value(1)).length <= 4 && [0.25, 0.5, 0.75].every((place) => short(value(place)).length <= 5);
  const places = signed || !roomy ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1];
  const unit = what ?? (signed ? 'difference of weights' : top === null ? '× the largest weight of its row' : 'weight');
  return (
    <figure class="legend" aria-label={`Colours: ${short(value(0))} to ${short(value(1))}, ${unit}, ${scale} scale`}>
      <canvas ref={canvas} />
      <div class="ticks" aria-hidden="true" style={{ width: `${WIDTH}px` }}>
        {places.map((place) => (
          <span key={place} style={{ left: `${place * 100}%` }}>
            {short(value(place))}
          </span>
        ))}
      </div>
      <figcaption class="muted">{unit}</figcaption>
    </figure>
  );
}

function drawRamp(canvas: HTMLCanvasElement, colours: Table): void {
  const context = prepare(canvas, WIDTH, 9, 1);
  const image = context.createImageData(STEPS, 1);
  image.data.set(colours);
  const ramp = new OffscreenCanvas(STEPS, 1);
  ramp.getContext('2d')!.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(ramp, 0, 0, WIDTH, 9);
}

/** How a weight becomes a colour: the same choice in every view that paints weights. */
export function ScaleChoice() {
  const { store } = usePanel();
  const { scale } = store.view.value;
  return (
    <Dropdown
      label="Scale of the colours"
      value={scale}
      position="above"
      choices={[
        { value: 'linear', label: 'linear' },
        { value: 'sqrt', label: '√ scale' },
        { value: 'log', label: 'log scale' },
      ]}
      onChoose={(scale) => setView(store, { scale })}
    />
  );
}

/** Scale and range of the colours. */
export function ColourChoices({ signed }: { signed: boolean }) {
  const { store } = usePanel();
  const { range } = store.view.value;
  return (
    <>
      <ScaleChoice />
      {!signed && (
        <Dropdown
          label="What the last colour stands for"
          value={range}
          position="above"
          choices={[
            { value: 'one', label: 'up to 1' },
            { value: 'head', label: 'up to the largest' },
            { value: 'row', label: 'each row its own' },
          ]}
          onChoose={(range) => setView(store, { range })}
        />
      )}
    </>
  );
}
