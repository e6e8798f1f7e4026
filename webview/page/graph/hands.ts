/** Pointer, wheel and keys over the graph. */
import { useRef } from 'preact/hooks';
import { type Camera, type Extent, fittedAcross, zoomedAt } from './camera.ts';
import { boxAt } from './draw.ts';
import { nextBox } from './find.ts';
import type { Box, Scene } from './scene.ts';

interface Hands {
  readonly scene: Scene | null;
  readonly camera: Camera | null;
  readonly view: Extent;
  readonly chosenBox: Box | null;
  readonly setCamera: (camera: Camera) => void;
  readonly toggle: (group: number) => void;
  readonly reveal: (box: Box) => void;
  readonly choose: (box: Box | null) => void;
  /** Marks an end of a path. */
  readonly mark: (box: Box) => void;
  readonly copy: (box: Box) => void;
}

const WHEEL = 0.0018;
const KEY = 1.4;
/** A press that moves further than this is a drag. */
const STILL = 4;

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
};

export function useGraphHands(hands: Hands) {
  const { scene, camera, view, chosenBox, setCamera, toggle, reveal, choose, mark, copy } = hands;
  const from = useRef<{ x: number; y: number; moved: boolean } | null>(null);
  const at = (event: MouseEvent) => (scene && camera ? boxAt(scene, camera, event.offsetX, event.offsetY) : null);
  const openOrClose = (box: Box | null) => {
    if (box && (box.kind === 'group' || box.kind === 'open')) toggle(box.id);
  };
  const zoom = (factor: number, x = view.width / 2, y = view.height / 2) => camera && setCamera(zoomedAt(camera, factor, x, y));
  const walk = ([dx, dy]: readonly [number, number]) => {
    const next = scene && (chosenBox ? nextBox(scene, chosenBox, dx, dy) : (scene.boxes[0] ?? null));
    if (!next) return;
    choose(next);
    reveal(next);
  };
  const keys: Readonly<Record<string, () => void>> = {
    ...Object.fromEntries(Object.entries(ARROWS).map(([key, way]) => [key, () => walk(way)])),
    Enter: () => openOrClose(chosenBox),
    ' ': () => openOrClose(chosenBox),
    '+': () => void zoom(KEY),
    '=': () => void zoom(KEY),
    '-': () => void zoom(1 / KEY),
    '0': () => scene && setCamera(fittedAcross(scene, view)),
    Escape: () => choose(null),
    p: () => chosenBox && mark(chosenBox),
  };
  return {
    onPointerDown: (event: PointerEvent & { currentTarget: HTMLElement }) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      from.current = { x: event.clientX, y: event.clientY, moved: false };
    },
    onPointerMove: (event: PointerEvent) => {
      const last = from.current;
      if (!last || event.buttons !== 1 || !camera) return;
      const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
      if (!last.moved && Math.hypot(dx, dy) < STILL) return;
      from.current = { x: event.clientX, y: event.clientY, moved: true };
      setCamera({ ...camera, x: camera.x + dx, y: camera.y + dy });
    },
    onPointerUp: (event: PointerEvent) => {
      const dragged = from.current?.moved ?? false;
      from.current = null;
      if (!dragged) choose(at(event));
    },
    onDblClick: (event: MouseEvent) => openOrClose(at(event)),
    onWheel: (event: WheelEvent) => {
      event.preventDefault();
      zoom(Math.exp(-event.deltaY * WHEEL), event.offsetX, event.offsetY);
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'c' && (event.ctrlKey || event.metaKey) && chosenBox) {
        event.preventDefault();
        copy(chosenBox);
        return;
      }
      const act = keys[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    },
  };
}
