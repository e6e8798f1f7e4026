/** The matrix as an SVG that any program opens: cells as rectangles, or as one embedded picture where there are very many. */
import { cssAt, type Scale, STEPS, shareAt } from '../colour/scales.ts';
import { type Cells, colourIndex, isEmpty, type Paint } from '../draw/cells.ts';
import { cutMiddle, directionOf, labelStep } from '../draw/labels.ts';
import { short } from '../draw/numbers.ts';

export interface MatrixFigure {
  readonly cells: Cells;
  readonly paint: Paint;
  readonly scale: Scale;
  /** What the last colour stands for; null when each row has its own. */
  readonly top: number | null;
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  readonly title: string;
  readonly foreground: string;
  readonly background: string;
  readonly font: string;
  /** What made it: written into the file's metadata. */
  readonly made: unknown;
  /** Picture of all cells, one pixel each, as a data URI. */
  readonly picture: () => Promise<string>;
}

/** More rectangles than this make viewers slow. */
const MOST_RECTANGLES = 10_000;
const SIZE = 640;
const LABELS = 120;
const FONT_SIZE = 12;

export const escapeXml = (text: string): string =>
  text
    .replace(/&/gu, '&amp;')
    .replace(/</gu, '&lt;')
    .replace(/>/gu, '&gt;')
    .replace(/"/gu, '&quot;')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no place for them
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/gu, '�');

/** Width of a text by its characters: there is no font to measure with where the SVG will be read. */
const measure = (text: string): number => [...text].length * FONT_SIZE * 0.58;

export async function matrixSvg(figure: MatrixFigure): Promise<string> {
  const { cells, title, foreground, background, font, made } = figure;
  const cell = SIZE / Math.max(cells.rows, cells.columns);
  const [left, top] = [LABELS, LABELS + 24];
  const [width, height] = [left + cells.columns * cell + 70, top + cells.rows * cell + 70];
  const many = cells.rows * cells.columns > MOST_RECTANGLES;
  const body = many ? await embedded(figure, left, top, cell) : rectangles(figure, left, top, cell);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" font-family="${escapeXml(font)}" font-size="${FONT_SIZE}">`,
    `<title>${escapeXml(title)}</title>`,
    `<metadata>${escapeXml(JSON.stringify(made))}</metadata>`,
    `<rect width="100%" height="100%" fill="${escapeXml(background)}"/>`,
    `<text x="12" y="18" fill="${escapeXml(foreground)}" font-weight="600">${escapeXml(title)}</text>`,
    body,
    labels(figure, left, top, cell),
    legend(figure, left, top + cells.rows * cell + 22),
    '</svg>',
  ].join('\n');
}

const round = (value: number): number => Math.round(value * 100) / 100;

function rectangles({ cells, paint, rowLabels, columnLabels }: MatrixFigure, left: number, top: number, cell: number): string {
  const parts: string[] = ['<g shape-rendering="crispEdges">'];
  const gap = cell > 6 ? 0.6 : 0;
  for (let row = 0; row < cells.rows; row++) {
    for (let column = 0; column < cells.columns; column++) {
      if (isEmpty(paint, row, column)) continue;
      const weight = cells.data[row * cells.columns + column]!;
      const colour = cssAt(paint.colours, colourIndex(weight, paint.top(row), paint.scale, paint.signed));
      const words = `${rowLabels[row]} → ${columnLabels[column]}: ${short(weight)}`;
      parts.push(
        `<rect x="${round(left + column * cell)}" y="${round(top + row * cell)}" width="${round(cell - gap)}" height="${round(cell - gap)}" fill="${colour}"><title>${escapeXml(words)}</title></rect>`,
      );
    }
  }
  parts.push('</g>');
  return parts.join('\n');
}

async function embedded({ cells, picture }: MatrixFigure, left: number, top: number, cell: number): Promise<string> {
  const [width, height] = [round(cells.columns * cell), round(cells.rows * cell)];
  return `<image x="${left}" y="${top}" width="${width}" height="${height}" preserveAspectRatio="none" style="image-rendering: pixelated" href="${await picture()}"/>`;
}

function labels({ cells, rowLabels, columnLabels, foreground }: MatrixFigure, left: number, top: number, cell: number): string {
  const step = labelStep(cell, FONT_SIZE + 2);
  const parts: string[] = [`<g fill="${escapeXml(foreground)}">`];
  const text = (label: string) => `direction="${directionOf(label)}">${escapeXml(cutMiddle(label, LABELS - 14, measure))}</text>`;
  // In right-to-left text, `start` is the right end.
  const anchor = (label: string, end: boolean) => ((directionOf(label) === 'rtl') === end ? 'start' : 'end');
  for (let row = 0; row < cells.rows; row += step) {
    const label = rowLabels[row] ?? '';
    parts.push(`<text x="${left - 6}" y="${round(top + (row + 0.5) * cell + 4)}" text-anchor="${anchor(label, true)}" ${text(label)}`);
  }
  for (let column = 0; column < cells.columns; column += step) {
    const label = columnLabels[column] ?? '';
    const x = round(left + (column + 0.5) * cell + 3);
    parts.push(`<text transform="translate(${x} ${top - 6}) rotate(-60)" text-anchor="${anchor(label, false)}" ${text(label)}`);
  }
  parts.push('</g>');
  return parts.join('\n');
}

function legend({ paint, scale, top, foreground }: MatrixFigure, x: number, y: number): string {
  const stops = Array.from(
    { length: 17 },
    (_, i) => `<stop offset="${i / 16}" stop-color="${cssAt(paint.colours, Math.round((i / 16) * (STEPS - 1)))}"/>`,
  );
  const places = paint.signed ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1];
  const value = (p: number) => (paint.signed ? (2 * p - 1) * (top ?? 1) : shareAt(scale, p) * (top ?? 1));
  const ticks = places.map((p) => `<text x="${x + p * 200}" y="${y + 24}" text-anchor="middle">${short(value(p))}</text>`);
  const unit = paint.signed ? 'difference of weights' : top === null ? '× the largest weight of its row' : 'weight';
  return [
    `<defs><linearGradient id="scale">${stops.join('')}</linearGradient></defs>`,
    `<g fill="${escapeXml(foreground)}"><rect x="${x}" y="${y}" width="200" height="9" fill="url(#scale)"/>`,
    ...ticks,
    `<text x="${x + 216}" y="${y + 9}">${escapeXml(`${unit}, ${scale} scale; rows ask (query), columns answer (key)`)}</text></g>`,
  ].join('\n');
}
