/** Words on an axis: short enough, not on top of each other, and in their own direction. */

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export const directionOf = (text: string): 'rtl' | 'ltr' => (RIGHT_TO_LEFT.test(text) ? 'rtl' : 'ltr');

/**
 * Cuts a text in its middle until it is at most `width` wide: beginning and end tell words apart better than the beginning alone.
 * @param measure width of a text
 */
export function cutMiddle(text: string, width: number, measure: (text: string) => number): string {
  if (measure(text) <= width) return text;
  const parts = [...segmenter.segment(text)].map((s) => s.segment);
  for (let keep = parts.length - 1; keep > 0; keep--) {
    const head = Math.ceil(keep / 2);
    const cut = `${parts.slice(0, head).join('')}…${keep === head ? '' : parts.slice(head - keep).join('')}`;
    if (measure(cut) <= width) return cut;
  }
  return '…';
}

/**
 * Which of `count` labels, `size` apart, are shown so that each has at least `room`: every n-th, where n is 1, 2, 5, 10, 20, 50 ….
 * @returns n
 */
export function labelStep(size: number, room: number): number {
  const least = room / Math.max(size, 1e-6);
  for (let unit = 1; ; unit *= 10) {
    for (const factor of [1, 2, 5]) if (unit * factor >= least) return unit * factor;
  }
}

/** White space as a person can see it (`⏎␣×7` for a line break and seven spaces); everything else as it is. */
export function visible(text: string): string {
  if (/^\s{4,}$/u.test(text))
    return [...text.matchAll(/ +|\n+|\t+|[^ \n\t]+/gu)]
      .map(([run]) => (run.length > 2 ? `${visible(run[0]!)}×${run.length}` : visible(run)))
      .join('');
  if (text === '') return '∅';
  return text
    .replace(/\n/gu, '⏎')
    .replace(/\t/gu, '⇥')
    .replace(/^[ ⏎⇥]+$/u, (s) => s.replace(/ /gu, '␣'))
    .replace(/\r/gu, '␍');
}

/** A text in its own direction at a place of a canvas. */
export function drawText(context: CanvasRenderingContext2D, text: string, x: number, y: number, align: CanvasTextAlign): void {
  context.direction = directionOf(text);
  context.textAlign = align;
  context.fillText(text, x, y);
}
