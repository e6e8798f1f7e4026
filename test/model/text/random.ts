/** Random Unicode from a seed: scripts, marks, emoji, spaces, controls, lone surrogates, unassigned characters. */
export type Random = () => number;

/** Mulberry32: 0 ≤ x < 1, the same numbers for the same seed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const BLOCKS: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0x00, 0x1f],
  [0x7f, 0x24f],
  [0x300, 0x36f],
  [0x370, 0x52f],
  [0x590, 0x6ff],
  [0x900, 0xdff],
  [0xe00, 0xeff],
  [0x1100, 0x11ff],
  [0x1e00, 0x206f],
  [0x2100, 0x218f],
  [0x3000, 0x30ff],
  [0x4e00, 0x4eff],
  [0xac00, 0xacff],
  [0xd800, 0xdfff],
  [0xf900, 0xffff],
  [0x10a00, 0x11fff],
  [0x1d400, 0x1d7ff],
  [0x1f1e6, 0x1f64f],
  [0x20000, 0x200ff],
  [0x2f800, 0x2fa1f],
  [0xe0000, 0xe01ff],
  [0x0, 0x10ffff],
];
const PHRASES = [
  'the keys to the cabinet',
  ' ',
  '  ',
  '\r\n',
  '\t',
  'e\u0301',
  '👩‍👩‍👧',
  '🇩🇪',
  "don't",
  '각',
  'か\u3099',
  '½',
  'ﬁ',
  'İ',
  'ΣΑΣ',
  '1234',
  '▁',
  'Ġ',
  '<s>',
  '[MASK]',
];

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

export function randomText(random: Random, longest: number): string {
  let text = '';
  for (let n = Math.floor(random() * longest); n > 0; n--) {
    if (random() < 0.3) text += pick(random, PHRASES);
    else {
      const [first, last] = pick(random, BLOCKS);
      text += String.fromCodePoint(first + Math.floor(random() * (last - first + 1)));
    }
  }
  return text;
}
