/**
 * Colour scales: what colour a weight has. A scale is a table of 256 colours whose OKLab lightness rises (or falls) in even steps, so that
 * equal differences of weight look equally large, to colour-blind eyes too: lightness alone carries the value, hue only helps.
 */
import { oklabOf, type Rgb, rgbOf } from './oklab.ts';

export type ThemeKind = 'dark' | 'light' | 'hc-dark' | 'hc-light';

/** 256 colours, RGBA bytes. */
export type Table = Uint8ClampedArray<ArrayBuffer>;

export const STEPS = 256;

interface Ends {
  /** How far the first colour stands off from the background, in lightness. */
  readonly offset: number;
  readonly end: number;
  readonly hueFrom: number;
  readonly hueTo: number;
  readonly chroma: number;
}

const SEQUENTIAL: Record<ThemeKind, Ends> = {
  dark: { offset: 0.035, end: 0.97, hueFrom: 262, hueTo: 220, chroma: 0.17 },
  light: { offset: -0.025, end: 0.3, hueFrom: 225, hueTo: 268, chroma: 0.16 },
  'hc-dark': { offset: 0.2, end: 1, hueFrom: 262, hueTo: 210, chroma: 0.19 },
  'hc-light': { offset: -0.06, end: 0.12, hueFrom: 230, hueTo: 268, chroma: 0.19 },
};

/** Weights, small to large. Starts just off `background`, so that a cell of weight 0 differs from no cell at all. */
export function sequential(kind: ThemeKind, background: Rgb): Table {
  return ramp(SEQUENTIAL[kind], oklabOf(background)[0] + SEQUENTIAL[kind].offset);
}

/** Weights behind words: starts with the background itself, so that a text of small weights stays calm. */
export function heat(kind: ThemeKind, background: Rgb): Table {
  return ramp(SEQUENTIAL[kind], oklabOf(background)[0]);
}

function ramp(ends: Ends, start: number): Table {
  return table((t) => {
    const lightness = start + (ends.end - start) * t;
    const chroma = ends.chroma * Math.sin(Math.PI * (0.12 + 0.88 * t)) * Math.min(1, 0.5 + 4 * t) + 0.005;
    return rgbOf([lightness, chroma, ends.hueFrom + (ends.hueTo - ends.hueFrom) * t]);
  });
}

/** Differences, −1 to 1: blue below, orange above, the middle just off the background. Both arms are even in lightness. */
export function diverging(kind: ThemeKind, background: Rgb): Table {
  const middle = oklabOf(background)[0] + SEQUENTIAL[kind].offset;
  const end = kind === 'dark' || kind === 'hc-dark' ? 0.86 : 0.42;
  return table((t) => {
    const arm = Math.abs(2 * t - 1);
    return rgbOf([middle + (end - middle) * arm, 0.15 * Math.sqrt(arm), t < 0.5 ? 255 : 60]);
  });
}

function table(colourAt: (t: number) => Rgb): Table {
  const colours = new Uint8ClampedArray(STEPS * 4);
  for (let i = 0; i < STEPS; i++) {
    colours.set(colourAt(i / (STEPS - 1)), i * 4);
    colours[i * 4 + 3] = 255;
  }
  return colours;
}

/**
 * Colours of up to eight heads. Found by search: any two are at least 0.1 apart in OKLab for normal, protan, deutan and tritan eyes (Machado
 * et al. 2009), and each has a contrast of at least 3 with the background.
 */
export const HEAD_COLOURS: Record<'dark' | 'light', readonly string[]> = {
  dark: ['#56b4e9', '#cda600', '#e04c94', '#ffee83', '#736bf9', '#b3cca1', '#9f7f00', '#a2feff'],
  light: ['#0072b2', '#b32e6a', '#b08a00', '#3c139a', '#1d98d0', '#574f00', '#6e0052', '#361d00'],
};

export const headColours = (kind: ThemeKind): readonly string[] => HEAD_COLOURS[kind.endsWith('dark') ? 'dark' : 'light'];

export type Scale = 'linear' | 'sqrt' | 'log';

/** Smallest weight that the log scale tells from 0. */
export const LOG_FLOOR = 1e-4;

/** Place 0 to 1 on the scale of a share `x` (weight ÷ largest weight of the range). */
export function place(scale: Scale, x: number): number {
  const clamped = Math.min(1, Math.max(0, x));
  if (scale === 'sqrt') return Math.sqrt(clamped);
  if (scale === 'log') return clamped <= LOG_FLOOR ? 0 : 1 - Math.log(clamped) / Math.log(LOG_FLOOR);
  return clamped;
}

/** The share at a place: the inverse of `place`, for the legend. */
export function shareAt(scale: Scale, place: number): number {
  if (scale === 'sqrt') return place * place;
  if (scale === 'log') return place <= 0 ? 0 : LOG_FLOOR ** (1 - place);
  return place;
}

/** CSS colour of entry `i`. */
export const cssAt = (colours: Table, i: number): string => `rgb(${colours[i * 4]}, ${colours[i * 4 + 1]}, ${colours[i * 4 + 2]})`;
