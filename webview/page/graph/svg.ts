/** The scene as an SVG file of its own, in the colours of the theme. */

import type { Theme } from '../../colour/theme.ts';
import { escapeXml } from '../../export/svg.ts';
import { type GraphPicture, type Inks, isOnPath } from './draw.ts';
import { type Box, keyOf, type Line, type Scene } from './scene.ts';

/** What stands out: places of attention, and the path between two nodes. */
export type Marks = Pick<GraphPicture, 'attention' | 'onPath' | 'path'>;

const EDGE = 16;
const n = (value: number) => String(Math.round(value * 10) / 10);

export function sceneSvg(scene: Scene, marks: Marks, theme: Theme, inks: Inks): string {
  const { boxes, lines, width, height } = scene;
  const open = boxes.filter(({ kind }) => kind === 'open');
  const rest = boxes.filter(({ kind }) => kind !== 'open');
  const parts = [
    ...open.map((box) => boxSvg(box, marks, theme, inks)),
    ...lines.map((line) => lineSvg(line, isOnPath(line, scene, marks), theme)),
    ...rest.map((box) => boxSvg(box, marks, theme, inks)),
  ];
  const arrow = `<marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="${theme.muted}"/></marker>`;
  const box = `${-EDGE} ${-EDGE} ${n(width + 2 * EDGE)} ${n(height + 2 * EDGE)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}" width="${n(width + 2 * EDGE)}" height="${n(height + 2 * EDGE)}" font-family="system-ui, sans-serif">
<defs>${arrow}</defs><rect x="${-EDGE}" y="${-EDGE}" width="100%" height="100%" fill="${inks.paper}"/>
${parts.join('\n')}
</svg>
`;
}

function lineSvg({ points }: Line, leads: boolean, theme: Theme): string {
  const pen = leads ? `stroke="${theme.focus}" stroke-width="3.5"` : `stroke="${theme.muted}" stroke-opacity=".6"`;
  return `<path d="${pathOf(points)}" fill="none" ${pen} marker-end="url(#arrow)"/>`;
}

function pathOf(points: readonly number[]): string {
  let path = `M${n(points[0]!)} ${n(points[1]!)}`;
  for (let i = 2; i < points.length - 2; i += 2) {
    const [x, y] = [points[i]!, points[i + 1]!];
    path += `Q${n(x)} ${n(y)} ${n((x + points[i + 2]!) / 2)} ${n((y + points[i + 3]!) / 2)}`;
  }
  return `${path}L${n(points.at(-2)!)} ${n(points.at(-1)!)}`;
}

function boxSvg(box: Box, { attention, onPath }: Marks, theme: Theme, inks: Inks): string {
  const { x, y, width, height, title, detail, kind } = box;
  const group = kind === 'open' || kind === 'group';
  const leads = onPath.has(keyOf(box)) && kind !== 'open';
  const stroke = leads ? theme.focus : attention.has(keyOf(box)) ? inks.attention : kind === 'group' ? inks.accent : theme.muted;
  const dashed = kind === 'in' || kind === 'out' || kind === 'more' ? ' stroke-dasharray="4 3"' : '';
  const rect = `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${dashed ? 13 : 5}" fill="${group ? inks.group : inks.paper}" stroke="${stroke}"${leads ? ' stroke-width="2.5"' : ''}${dashed}/>`;
  const words = (text: string, tx: number, ty: number, size: number, fill: string, anchor: string) =>
    `<text x="${n(tx)}" y="${n(ty)}" font-size="${size}" fill="${fill}" text-anchor="${anchor}">${escapeXml(text)}</text>`;
  const fits = (text: string) => (text.length * 6.9 > width - 10 ? `${text.slice(0, Math.max(1, Math.floor((width - 16) / 6.9)))}…` : text);
  if (kind === 'open') return rect + words(fits(title), x + 10, y + 18, 12, theme.foreground, 'start');
  const middle = y + height / 2;
  return (
    rect +
    words(fits(title), x + width / 2, detail ? middle - 3 : middle + 4, 12, theme.foreground, 'middle') +
    (detail ? words(fits(detail), x + width / 2, middle + 13, 11, theme.muted, 'middle') : '')
  );
}
