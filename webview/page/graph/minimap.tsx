/** The whole graph in a corner, and what of it is on view; a drag in it moves the view. For the pointer: keys have their own ways. */
import { useRef } from 'preact/hooks';
import { useDraw } from '../../ui/hooks.ts';
import { usePage } from '../context.ts';
import type { Camera, Extent } from './camera.ts';
import { drawMinimap, minimapOf, overflows } from './minimap-draw.ts';
import type { Scene } from './scene.ts';

interface Props {
  readonly scene: Scene;
  readonly camera: Camera;
  readonly view: Extent;
  readonly path: ReadonlySet<string>;
  readonly onMove: (camera: Camera) => void;
}

export function Minimap(props: Props) {
  if (!overflows(props.scene, props.camera, props.view)) return null;
  return <Shown {...props} />;
}

function Shown({ scene, camera, view, path, onMove }: Props) {
  const { theme } = usePage();
  const canvas = useRef<HTMLCanvasElement>(null);
  const map = minimapOf(scene, view);
  useDraw(() => {
    if (canvas.current) drawMinimap(canvas.current, scene, map, camera, view, path, theme.value);
  });
  const look = (event: PointerEvent) => {
    if (event.buttons !== 1) return;
    const [x, y] = [event.offsetX / map.scale, event.offsetY / map.scale];
    onMove({ ...camera, x: view.width / 2 - x * camera.scale, y: view.height / 2 - y * camera.scale });
  };
  return (
    <canvas
      ref={canvas}
      class="minimap"
      role="img"
      aria-label="The whole graph; the frame is what is on view"
      onPointerDown={(event) => {
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        look(event);
      }}
      onPointerMove={(event) => {
        event.stopPropagation();
        look(event);
      }}
      onPointerUp={(event) => event.stopPropagation()}
      onDblClick={(event) => event.stopPropagation()}
    />
  );
}
