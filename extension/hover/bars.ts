/** Bars of weights as one small SVG picture, for hover cards. Pure. */

const WIDTH = 96;
const HEIGHT = 8;

/** One bar from 0 to 1 as a `data:` URI. The length is the weight itself; the frame shows where 1 would be. */
export function barUri(weight: number, color: string): string {
  const length = Math.max(weight > 0 ? 0.5 : 0, Math.min(1, weight) * WIDTH);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">` +
    `<rect width="${WIDTH}" height="${HEIGHT}" rx="1.5" fill="${color}" fill-opacity="0.18"/>` +
    `<rect width="${length.toFixed(2)}" height="${HEIGHT}" rx="1.5" fill="${color}"/></svg>`;
  return `data:image/svg+xml;base64,${base64(svg)}`;
}

function base64(ascii: string): string {
  return btoa(ascii);
}
