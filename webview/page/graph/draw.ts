/** Paints a scene: far away boxes only, nearer their titles, at natural size everything. What is outside the view is left out. */

import type { GraphData } from '../../../model/explore/graph/types.ts';
import type { Theme } from '../../colour/theme.ts';
import { cutMiddle } from '../../draw/labels.ts';
import { prepare } from '../../draw/surface.ts';
import type { Camera, Extent } from './camera.ts';
import type { Path } from './path.ts';
import { type Box, keyOf, type Line, type Scene } from './scene.ts';

/** Colours of the page that the graph needs beside the theme's. */
export interface Inks {
  readonly paper: string;
  readonly group: string;
  readonly accent: string;
  readonly attention: string;
}

export interface GraphPicture {
  readonly scene: Scene;
  readonly camera: Camera;
  /** Key of the chosen box, or null. */
  readonly chosen: string | null;
  /** Keys of boxes that are or hold places of attention. */
  readonly attention: ReadonlySet<string>;
  readonly path: Path | null;
  /** Keys of boxes that are or hold a node of the path. */
  readonly onPath: ReadonlySet<string>;
  readonly data: GraphData;
}

/** Below these scales titles and details are left out. */
const READ = { title: 0.4, detail: 0.62, line: 0.06 };

export function readInks(theme: Theme): Inks {
  const style = getComputedStyle(document.body);
  const value = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  return {
    paper: theme.background,
    group: value('--vscode-sideBar-background', theme.background),
    accent: value('--vscode-charts-blue', theme.focus),
    attention: theme.query,
  };
}

export function drawGraph(canvas: HTMLCanvasElement, picture: GraphPicture, view: Extent, theme: Theme): void {
  const { scene, camera } = picture;
  const context = prepare(canvas, view.width, view.height);
  const inks = readInks(theme);
  context.translate(camera.x, camera.y);
  context.scale(camera.scale, camera.scale);
  const seen = {
    left: -camera.x / camera.scale,
    top: -camera.y / camera.scale,
    right: (view.width - camera.x) / camera.scale,
    bottom: (view.height - camera.y) / camera.scale,
  };
  for (const box of scene.boxes) if (box.kind === 'open' && meets(box, seen)) drawBox(context, box, picture, theme, inks);
  if (camera.scale > READ.line) for (const line of scene.lines) drawLine(context, line, picture, seen, theme);
  for (const box of scene.boxes) if (box.kind !== 'open' && meets(box, seen)) drawBox(context, box, picture, theme, inks);
}

interface Seen {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const meets = ({ x, y, width, height }: Box, { left, top, right, bottom }: Seen) =>
  x < right && y < bottom && x + width > left && y + height > top;

function drawLine(context: CanvasRenderingContext2D, line: Line, picture: GraphPicture, seen: Seen, theme: Theme): void {
  const { scene, chosen, camera, path: way, data } = picture;
  const { points } = line;
  const [x0, y0, x1, y1] = [points[0]!, points[1]!, points.at(-2)!, points.at(-1)!];
  if (
    Math.max(x0, x1) < seen.left - 400 ||
    Math.min(x0, x1) > seen.right + 400 ||
    Math.max(y0, y1) < seen.top ||
    Math.min(y0, y1) > seen.bottom
  )
    return;
  const touched = chosen !== null && (keyOf(scene.boxes[line.from]!) === chosen || keyOf(scene.boxes[line.to]!) === chosen);
  const leads = way !== null && isOnPath(line, scene, picture);
  context.strokeStyle = leads || touched ? theme.focus : theme.muted;
  context.globalAlpha = leads || touched ? 1 : 0.55;
  context.lineWidth = (leads ? 3.5 : touched ? 2 : 1) / Math.max(0.6, Math.min(1, camera.scale));
  context.beginPath();
  path(context, points);
  context.stroke();
  if (camera.scale > READ.title) arrow(context, points, context.strokeStyle);
  if (touched && camera.scale > READ.detail) drawShape(context, line, data, theme);
  context.globalAlpha = 1;
}

/** Whether a value of the path runs along a line, between two boxes that are or hold its nodes. */
export function isOnPath(line: Line, { boxes }: Scene, { path, onPath }: Pick<GraphPicture, 'path' | 'onPath'>): boolean {
  return (
    path !== null &&
    line.values.some((value) => path.values.includes(value)) &&
    onPath.has(keyOf(boxes[line.from]!)) &&
    onPath.has(keyOf(boxes[line.to]!))
  );
}

/** The shape of what runs along a line of the chosen box, where the file says it. */
function drawShape(context: CanvasRenderingContext2D, { points, values }: Line, data: GraphData, theme: Theme): void {
  const shape = values.length === 1 ? data.values[values[0]!]!.shape : null;
  if (!shape || shape.length === 0) return;
  const words = shape.map((n) => n ?? '?').join(' × ');
  const middle = Math.floor(points.length / 4) * 2;
  const [x, y] =
    points.length > 4 ? [points[middle]!, points[middle + 1]!] : [(points[0]! + points[2]!) / 2, (points[1]! + points[3]!) / 2];
  context.font = `10px ${theme.font}`;
  const width = context.measureText(words).width;
  context.fillStyle = theme.background;
  context.fillRect(x - width / 2 - 3, y - 7, width + 6, 14);
  context.fillStyle = theme.foreground;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(words, x, y);
}

/** A smooth line through the bends. */
function path(context: CanvasRenderingContext2D | Path2D, points: readonly number[]): void {
  context.moveTo(points[0]!, points[1]!);
  for (let i = 2; i < points.length - 2; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!];
    context.quadraticCurveTo(x, y, (x + points[i + 2]!) / 2, (y + points[i + 3]!) / 2);
  }
  context.lineTo(points.at(-2)!, points.at(-1)!);
}

function arrow(context: CanvasRenderingContext2D, points: readonly number[], colour: string): void {
  const [x, y] = [points.at(-2)!, points.at(-1)!];
  const angle = Math.atan2(y - points.at(-3)!, x - points.at(-4)!);
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x, y);
  for (const side of [0.45, -0.45]) context.lineTo(x - 7 * Math.cos(angle + side), y - 7 * Math.sin(angle + side));
  context.fill();
}

function drawBox(context: CanvasRenderingContext2D, box: Box, picture: GraphPicture, theme: Theme, inks: Inks): void {
  const { chosen, attention, onPath, camera } = picture;
  const key = keyOf(box);
  const leads = onPath.has(key) && box.kind !== 'open';
  const marked = attention.has(key);
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, box.kind === 'node' || box.kind === 'open' ? 5 : box.kind === 'group' ? 5 : 13);
  context.fillStyle = box.kind === 'open' || box.kind === 'group' ? inks.group : inks.paper;
  context.fill();
  if (marked && box.kind !== 'open') {
    context.globalAlpha = 0.16;
    context.fillStyle = inks.attention;
    context.fill();
    context.globalAlpha = 1;
  }
  context.setLineDash(box.kind === 'in' || box.kind === 'out' || box.kind === 'more' ? [4, 3] : []);
  context.strokeStyle = key === chosen || leads ? theme.focus : marked ? inks.attention : box.kind === 'group' ? inks.accent : theme.muted;
  context.lineWidth = (key === chosen || leads ? 2.5 : 1) / Math.max(0.5, Math.min(1, camera.scale));
  context.stroke();
  context.setLineDash([]);
  if (camera.scale > READ.title || box.kind === 'open' || box.kind === 'group') drawWords(context, box, camera.scale, theme);
}

function drawWords(context: CanvasRenderingContext2D, box: Box, scale: number, theme: Theme): void {
  // Titles of groups stay readable from further away than those of nodes.
  const group = box.kind === 'open' || box.kind === 'group';
  const roomy = (box.width - 14) / Math.max(1, box.title.length * 0.58);
  const size = group ? Math.max(12, Math.min(22, 12 / Math.max(0.4, Math.min(1, scale)), roomy)) : 12;
  if (size * scale < 5) return;
  const two = box.detail !== '' && box.kind !== 'open' && scale > READ.detail;
  const measure = (text: string) => context.measureText(text).width;
  context.textBaseline = 'middle';
  context.textAlign = box.kind === 'open' ? 'left' : 'center';
  context.font = `${group || box.kind === 'node' ? '600 ' : ''}${size}px ${theme.font}`;
  context.fillStyle = theme.foreground;
  const x = box.kind === 'open' ? box.x + 10 : box.x + box.width / 2;
  const y = box.kind === 'open' ? box.y + 14 : box.y + box.height / 2 - (two ? 7 : 0);
  context.fillText(
    cutMiddle(box.kind === 'open' && scale > READ.detail ? `${box.title}   ${box.detail}` : box.title, box.width - 14, measure),
    x,
    y,
  );
  if (!two) return;
  context.font = `11px ${theme.font}`;
  context.fillStyle = theme.muted;
  context.fillText(cutMiddle(box.detail, box.width - 12, measure), x, y + 15);
}

/** The box under a point of the screen: the innermost one. */
export function boxAt({ boxes }: Scene, camera: Camera, x: number, y: number): Box | null {
  const [px, py] = [(x - camera.x) / camera.scale, (y - camera.y) / camera.scale];
  let found: Box | null = null;
  for (const box of boxes) {
    if (px >= box.x && py >= box.y && px < box.x + box.width && py < box.y + box.height && (!found || box.depth >= found.depth))
      found = box;
  }
  return found;
}
