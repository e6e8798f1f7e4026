/** One HTML file that works without a network: the matrix, every head in small, the chosen row, and the numbers to take along. */
import { weightWords } from '../draw/numbers.ts';
import { askerName, namedAnswers } from '../state/answers.ts';
import { largest } from '../state/largest.ts';
import { rowOf, type Shown } from '../state/shown.ts';
import type { Provenance } from './provenance.ts';
import { escapeXml } from './svg.ts';

export interface HtmlParts {
  readonly title: string;
  readonly made: Provenance;
  readonly svg: string;
  readonly shown: Shown;
  /** All heads in small, as a data URI, or null before the thumbnails are there. */
  readonly grid: string | null;
  /** The weights as an NPY file, as a data URI. */
  readonly npy: string;
  readonly stem: string;
  readonly query: number | null;
  readonly foreground: string;
  readonly background: string;
}

/** `</script>` inside data would end the script. */
const scriptSafe = (json: string): string => json.replace(/</gu, '\\u003c');

export function htmlOf(parts: HtmlParts): string {
  const { title, made, svg, grid, npy, stem, foreground, background } = parts;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escapeXml(title)}</title>
<style>
body { background: ${escapeXml(background)}; color: ${escapeXml(foreground)}; font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
svg, img { height: auto; max-width: 100%; }
img { image-rendering: pixelated; }
td { padding: 0 1rem 0 0; } td.n { font-variant-numeric: tabular-nums; text-align: right; }
pre { overflow: auto; white-space: pre-wrap; }
</style>
</head>
<body>
<h1>${escapeXml(title)}</h1>
${textSection(parts)}
<h2>Weights</h2>
${svg}
${rowSection(parts)}
${grid ? `<h2>Every head</h2>\n<p>Layers down, heads across; each pixel shows the largest weight of its area.</p>\n<img alt="Thumbnails of every head" src="${grid}">` : ''}
<h2>What made this</h2>
<pre>${escapeXml(JSON.stringify(made, null, 2))}</pre>
<p><a download="${escapeXml(stem)}.npy" href="${npy}">The weights as NumPy array</a></p>
<script type="application/json" id="headlight">${scriptSafe(JSON.stringify(made))}</script>
</body>
</html>
`;
}

function textSection({ shown }: HtmlParts): string {
  const sides = shown.queries.text === shown.keys.text ? [shown.keys] : [shown.queries, shown.keys];
  return sides
    .filter((s) => s.text !== '')
    .map((s) => `<pre dir="auto">${escapeXml(s.text)}</pre>`)
    .join('\n');
}

function rowSection({ shown, query }: HtmlParts): string {
  if (query === null) return '';
  const { row, names } = namedAnswers(shown, rowOf(shown, [query], 'from'), 'from');
  const lines = largest(row, 20).map((i) => `<tr><td>${escapeXml(names(i))}</td><td class="n">${weightWords(row[i]!)}</td></tr>`);
  return `<h2>Where “${escapeXml(askerName(shown.queries, shown.grouped?.queries, query))}” looks</h2>\n<table>\n${lines.join('\n')}\n</table>`;
}
