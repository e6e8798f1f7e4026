import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { dimmed, plan } from '../../../extension/editor/plan.ts';
import { contributedColors, OWN_TEXT_FROM, opacityOf, PAINT, STEPS, stepOf, type Theme } from '../../../extension/editor/steps.ts';

type Rgb = readonly [number, number, number];
const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
const over = (top: Rgb, alpha: number, below: Rgb): Rgb => top.map((c, i) => c * alpha + below[i]! * (1 - alpha)) as unknown as Rgb;

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(color: Rgb): number {
  const [r, g, b] = color.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light! + 0.05) / (dark! + 0.05);
}

/** Editor backgrounds of themes that many people use. */
const EDITORS: Readonly<Record<Theme, readonly string[]>> = {
  dark: ['#1f1f1f', '#1e1e1e', '#282c34', '#002b36', '#272822', '#000000', '#0d1117', '#2e3440'],
  light: ['#ffffff', '#fdf6e3', '#f5f5f5', '#f6f8fa'],
  highContrast: ['#000000'],
  highContrastLight: ['#ffffff'],
};

describe('sixteen steps of colour', () => {
  test('text on every step has a contrast of 4.5 or more, in every kind of theme', () => {
    for (const theme of Object.keys(EDITORS) as Theme[]) {
      for (const editor of EDITORS[theme]) {
        for (let step = 1; step <= STEPS; step++) {
          const background = over(rgb(PAINT[theme].hue), opacityOf(step, theme), rgb(editor));
          const ratio = contrast(rgb(PAINT[theme].text), background);
          assert.ok(ratio >= 4.5, `${theme} ${editor} step ${step}: ${ratio.toFixed(2)}`);
        }
      }
    }
  });

  test('the first step leaves the theme’s own text colours, and at least nine tenths of their contrast', () => {
    const texts: Record<Theme, readonly string[]> = {
      dark: ['#cccccc', '#6a9955', '#569cd6', '#ce9178', '#c586c0'],
      light: ['#3b3b3b', '#008000', '#0000ff', '#a31515', '#af00db'],
      highContrast: ['#ffffff', '#7ca668', '#569cd6'],
      highContrastLight: ['#292929', '#515151', '#0f4a85'],
    };
    for (const theme of Object.keys(EDITORS) as Theme[]) {
      const editor = rgb(EDITORS[theme][0]!);
      for (let step = 1; step < OWN_TEXT_FROM; step++) {
        const tinted = over(rgb(PAINT[theme].hue), opacityOf(step, theme), editor);
        for (const text of texts[theme]) {
          const kept = contrast(rgb(text), tinted) / contrast(rgb(text), editor);
          assert.ok(kept >= 0.9, `${theme} ${text}: ${kept.toFixed(3)}`);
          assert.ok(contrast(rgb(text), tinted) >= 4.5, `${theme} ${text}`);
        }
      }
    }
  });

  test('each step is further from the editor than the one before', () => {
    for (const theme of Object.keys(EDITORS) as Theme[]) {
      const editor = rgb(EDITORS[theme][0]!);
      const distances = Array.from({ length: STEPS }, (_, i) =>
        contrast(over(rgb(PAINT[theme].hue), opacityOf(i + 1, theme), editor), editor),
      );
      for (let step = 1; step < STEPS; step++) assert.ok(distances[step]! > distances[step - 1]!, `${theme} step ${step + 1}`);
    }
  });

  test('package.json contributes exactly these colours', () => {
    const { contributes } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    assert.deepEqual(contributes.colors, contributedColors());
  });

  test('a weight has a step unless it is zero; nothing is normalised', () => {
    assert.deepEqual(
      [0, 1e-9, 1 / 16, 0.0626, 0.5, 0.99, 1].map((w) => stepOf(w, 'linear')),
      [0, 1, 1, 2, 8, 16, 16],
    );
    assert.deepEqual(
      [0, 1 / 256, 0.25, 1].map((w) => stepOf(w, 'sqrt')),
      [0, 1, 8, 16],
    );
    assert.equal(stepOf(Number.NaN, 'linear'), 0);
  });
});

describe('what is painted where', () => {
  const spans = [null, { start: 0, end: 3 }, { start: 4, end: 5 }, { start: 4, end: 5 }, { start: 6, end: 9 }];
  const input = { count: spans.length, rangeOf: (token: number) => spans[token] ?? null, query: 4, scale: 'linear' as const };

  test('every key that has a place and a weight, in its step, the query outlined', () => {
    const { steps, query } = plan({ ...input, weights: Float32Array.of(0.5, 0.25, 0, 0, 0.25) });
    assert.deepEqual(steps[3], [spans[1], spans[4]]);
    assert.equal(steps.flat().length, 2);
    assert.deepEqual(query, spans[4]);
  });

  test('tokens of the same characters are painted once with the sum', () => {
    const { steps } = plan({ ...input, weights: Float32Array.of(0, 0, 0.25, 0.5, 0.25) });
    assert.deepEqual(steps[11], [spans[2]]);
    assert.equal(steps.flat().length, 2);
  });

  test('dimming keeps every range and lowers the steps', () => {
    const bright = plan({ ...input, weights: Float32Array.of(0, 1, 0, 0, 0.1) });
    const dim = dimmed(bright);
    assert.deepEqual(dim.steps[5], [spans[1]]);
    assert.deepEqual(dim.steps[0], [spans[4]]);
    assert.deepEqual(dim.query, bright.query);
  });
});
