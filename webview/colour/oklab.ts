/**
 * OKLab and OKLCH, the space in which the colour scales are even to the eye.
 * Source: Björn Ottosson, "A perceptual color space for image processing" (2020).
 */

/** Red, green, blue, 0 to 255. */
export type Rgb = readonly [number, number, number];
/** Lightness 0 to 1, chroma, hue in degrees. */
export type Oklch = readonly [number, number, number];

const toLinear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const fromLinear = (v: number): number => (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);

/** L, a, b of a colour. */
export function oklabOf([r8, g8, b8]: Rgb): readonly [number, number, number] {
  const [r, g, b] = [toLinear(r8 / 255), toLinear(g8 / 255), toLinear(b8 / 255)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Linear light of an OKLCH colour; components leave 0 to 1 where the screen cannot show it. */
function linearOf([L, chroma, hue]: Oklch): readonly [number, number, number] {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

const inGamut = (linear: readonly number[]): boolean => linear.every((v) => v >= -1e-4 && v <= 1.0001);

/** The nearest colour of the same lightness and hue that the screen can show: chroma gives way, lightness never. */
export function rgbOf(colour: Oklch): Rgb {
  const [L, wanted, hue] = colour;
  let [low, high] = [0, wanted];
  if (inGamut(linearOf(colour))) low = wanted;
  else {
    for (let step = 0; step < 16; step++) {
      const middle = (low + high) / 2;
      if (inGamut(linearOf([L, middle, hue]))) low = middle;
      else high = middle;
    }
  }
  const [r, g, b] = linearOf([L, low, hue]);
  const byte = (v: number) => Math.round(255 * fromLinear(Math.min(1, Math.max(0, v))));
  return [byte(r), byte(g), byte(b)];
}

/** Relative luminance, as contrast ratios use it (WCAG 2.2). */
export function luminance([r, g, b]: Rgb): number {
  return 0.2126 * toLinear(r / 255) + 0.7152 * toLinear(g / 255) + 0.0722 * toLinear(b / 255);
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2). */
export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
