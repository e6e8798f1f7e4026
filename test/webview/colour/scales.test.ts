import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heatAt, READABLE } from '../../../webview/colour/heat.ts';
import { contrast, oklabOf, type Rgb, rgbOf } from '../../../webview/colour/oklab.ts';
import {
  diverging,
  headColours,
  heat,
  LOG_FLOOR,
  place,
  type Scale,
  STEPS,
  sequential,
  shareAt,
  type Table,
  type ThemeKind,
} from '../../../webview/colour/scales.ts';

const THEMES: readonly (readonly [ThemeKind, Rgb])[] = [
  ['dark', [31, 31, 31]],
  ['light', [255, 255, 255]],
  ['hc-dark', [0, 0, 0]],
  ['hc-light', [255, 255, 255]],
];
const rgb = (table: Table, i: number): Rgb => [table[i * 4]!, table[i * 4 + 1]!, table[i * 4 + 2]!];

/** Machado, Oliveira, Fernandes 2009: full protanopia, deuteranopia, tritanopia, on linear light. */
const BLIND: { readonly [name: string]: readonly number[] } = {
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};
const linear = (v: number) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
const byte = (v: number) => 255 * (v <= 0.0031308 ? Math.max(0, v) * 12.92 : 1.055 * Math.min(1, v) ** (1 / 2.4) - 0.055);
function seenBy(kind: string, colour: Rgb): Rgb {
  const m = BLIND[kind]!;
  const [r, g, b] = colour.map(linear) as [number, number, number];
  return [0, 3, 6].map((i) => byte(m[i]! * r + m[i + 1]! * g + m[i + 2]! * b)) as unknown as Rgb;
}

for (const [kind, background] of THEMES) {
  const table = sequential(kind, background);
  const lightness = Array.from({ length: STEPS }, (_, i) => oklabOf(rgb(table, i))[0]);
  const rising = lightness.at(-1)! > lightness[0]!;

  test(`${kind}: lightness moves one way only, in even steps`, () => {
    const total = lightness.at(-1)! - lightness[0]!;
    for (let i = 16; i < STEPS; i += 16) {
      const step = (lightness[i]! - lightness[i - 16]!) / total;
      assert.ok(step > 0.8 * (16 / 255) && step < 1.2 * (16 / 255), `step to ${i} is ${step}, even would be ${16 / 255}`);
    }
    for (let i = 4; i < STEPS; i += 4) assert.equal(lightness[i]! > lightness[i - 4]!, rising, `entry ${i}`);
  });

  test(`${kind}: the scale spans at least half of all lightness, and weight 0 is not the background`, () => {
    assert.ok(Math.abs(lightness.at(-1)! - lightness[0]!) > 0.5);
    assert.ok(Math.abs(lightness[0]! - oklabOf(background)[0]) > 0.015);
  });

  for (const blindness of Object.keys(BLIND)) {
    test(`${kind}: order is kept for ${blindness}`, () => {
      const seen = Array.from({ length: STEPS / 8 }, (_, i) => oklabOf(seenBy(blindness, rgb(table, i * 8)))[0]);
      for (let i = 1; i < seen.length; i++) assert.equal(seen[i]! > seen[i - 1]!, rising, `entry ${i * 8}`);
    });
  }

  test(`${kind}: every step carries readable text`, () => {
    for (let i = 0; i < STEPS; i++) {
      const { ink } = heatAt(table, i);
      const text: Rgb = ink === '#ffffff' ? [255, 255, 255] : [0, 0, 0];
      assert.ok(contrast(text, rgb(table, i)) >= READABLE, `step ${i}`);
    }
  });

  test(`${kind}: differences of both signs are equally far from none`, () => {
    const signed = diverging(kind, background);
    const at = (i: number) => oklabOf(rgb(signed, i))[0];
    for (const i of [0, 32, 64, 96]) assert.ok(Math.abs(at(i) - at(STEPS - 1 - i)) < 0.02, `entry ${i}`);
    assert.ok(Math.abs(at(0) - at(127)) > 0.25);
  });

  for (const blindness of Object.keys(BLIND)) {
    test(`${kind}: both signs are told apart, and stronger differences from weaker, for ${blindness}`, () => {
      const signed = diverging(kind, background);
      const at = (i: number) => oklabOf(seenBy(blindness, rgb(signed, i)));
      const apart = (a: Rgb, b: Rgb) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
      for (const i of [0, 16, 32, 48, 64]) {
        const distance = apart(at(i), at(STEPS - 1 - i));
        assert.ok(distance > 0.1, `−${127 - i} and +${127 - i} are ${distance.toFixed(3)} apart`);
      }
      // From none to the strongest, lightness moves one way on either side.
      const away = Math.sign(at(0)[0] - at(127)[0]);
      for (let i = 112; i >= 0; i -= 16) {
        assert.equal(Math.sign(at(i)[0] - at(i + 15)[0]), away, `entry ${i}`);
        assert.equal(Math.sign(at(STEPS - 1 - i)[0] - at(STEPS - 16 - i)[0]), away, `entry ${STEPS - 1 - i}`);
      }
    });

    test(`${kind}: behind words, order is kept for ${blindness}`, () => {
      const words = heat(kind, background);
      const seen = Array.from({ length: STEPS / 16 }, (_, i) => oklabOf(seenBy(blindness, rgb(words, i * 16)))[0]);
      const up = seen.at(-1)! > seen[0]!;
      for (let i = 1; i < seen.length; i++) assert.equal(seen[i]! > seen[i - 1]!, up, `entry ${i * 16}`);
    });
  }

  test(`${kind}: eight head colours stay apart, for colour-blind eyes too`, () => {
    const colours = headColours(kind).map((hex) => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)) as unknown as Rgb);
    for (const see of [(c: Rgb) => c, ...Object.keys(BLIND).map((name) => (c: Rgb) => seenBy(name, c))]) {
      const labs = colours.map((c) => oklabOf(see(c)));
      labs.forEach((a, i) => {
        for (const [j, b] of labs.entries()) {
          if (j <= i) continue;
          const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
          assert.ok(distance > 0.1, `colours ${i} and ${j} are ${distance.toFixed(3)} apart`);
        }
      });
    }
    for (const colour of colours) assert.ok(contrast(colour, background) >= 3, `${colour} on ${background}`);
  });
}

test('scales: 0 and 1 stay, order stays, and the legend undoes them', () => {
  for (const scale of ['linear', 'sqrt', 'log'] satisfies Scale[]) {
    assert.equal(place(scale, 0), 0);
    assert.equal(place(scale, 1), 1);
    assert.equal(place(scale, -0.5), 0);
    let last = -1;
    for (let x = 0; x <= 1; x += 0.01) {
      const now = place(scale, x);
      assert.ok(now >= last, `${scale} ${x}`);
      last = now;
      if (x > LOG_FLOOR) assert.ok(Math.abs(shareAt(scale, now) - x) < 1e-9, `${scale} ${x}`);
    }
  }
});

test('a colour outside the screen gives chroma away, never lightness', () => {
  const [L] = oklabOf(rgbOf([0.7, 0.4, 250]));
  assert.ok(Math.abs(L - 0.7) < 0.01);
});
