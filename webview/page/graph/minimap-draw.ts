/** The minimap's geometry and paint. */
import type { Theme } from '../../colour/theme.ts';
import { prepare } from '../../draw/surface.ts';
import type { Camera, Extent } from './camera.ts';
import { readInks } from './draw.ts';
import { keyOf, type Scene } from './scene.ts';

/** Room that it takes at most, in pixels. */
const ROOM = { width: 150, height: 190 };
/** Boxes smaller than this are not told apart; drawn so large that they are seen. */
const LEAST = 1.2;

export interface MinimapSize extends Extent {
  readonly scale: number;
}

/** No larger than a third of the view, so that it hides little of what it is about. */
export function minimapOf(scene: Scene, view: Extent): MinimapSize {
  const [width, height] = [Math.min(ROOM.width, view.width / 3), Math.min(ROOM.height, view.height / 3)];
  const scale = Math.min(width / Math.max(1, scene.width), height / Math.max(1, scene.height));
  return { scale, width: Math.max(24, Math.ceil(scene.width * scale)), height: Math.max(24, Math.ceil(scene.height * scale)) };
}

/** Whether a part of the scene is out of view. */
export function overflows({ width, height }: Scene, { scale, x, y }: Camera, view: Extent): boolean {
  return x < -1 || y < -1 || x + width * scale > view.width + 1 || y + height * scale > view.height + 1;
}

export function drawMinimap(
  canvas: HTMLCanvasElement,
  scene: Scene,
  { scale, width, height }: MinimapSize,
  camera: Camera,
  view: Extent,
  path: ReadonlySet<string>,
  theme: Theme,
): void {
  const context = prepare(canvas, width, height);
  const inks = readInks(theme);
  context.fillStyle = inks.paper;
  context.fillRect(0, 0, width, height);
  for (const box of scene.boxes) {
    const marked = path.has(keyOf(box)) && box.kind !== 'open';
    context.fillStyle = marked ? theme.focus : box.kind === 'group' ? inks.accent : theme.muted;
    context.globalAlpha = box.kind === 'open' ? 0.14 : marked ? 1 : 0.6;
    context.fillRect(box.x * scale, box.y * scale, Math.max(LEAST, box.width * scale), Math.max(LEAST, box.height * scale));
  }
  context.globalAlpha = 1;
  context.lineWidth = 1.5;
  context.strokeStyle = theme.foreground;
  const zoom = scale / camera.scale;
  context.strokeRect(-camera.x * zoom, -camera.y * zoom, view.width * zoom, view.height * zoom);
}
