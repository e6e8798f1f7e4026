import { boolean, type Json } from '../json.ts';
import { expand, filter, Rewrite, type Traced } from '../traced.ts';
import { bertMarks, bertRemoved, isWhiteSpace } from '../unicode/sets.ts';
import type { Normalizer } from './index.ts';
import { toLowerCase } from './lowercase.ts';
import { normalize } from './unicode-form.ts';

/** First and last code point of each block that BERT spaces out as ideographs. */
const IDEOGRAPHS: readonly (readonly [number, number])[] = [
  [0x4e00, 0x9fff],
  [0x3400, 0x4dbf],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  [0x2b920, 0x2ceaf],
  [0xf900, 0xfaff],
  [0x2f800, 0x2fa1f],
];

function isIdeograph(c: number): boolean {
  return c >= 0x3400 && IDEOGRAPHS.some(([first, last]) => c >= first && c <= last);
}

function clean(text: Traced): Traced {
  return expand(
    filter(text, (c) => !bertRemoved.has(c)),
    (c) => (isWhiteSpace(c) ? 0x20 : c),
  );
}

function spaceOutIdeographs(text: Traced): Traced {
  let i = 0;
  while (i < text.length && !isIdeograph(text.char(i))) i++;
  if (i === text.length) return text;
  const out = new Rewrite(text);
  for (let k = 0; k < text.length; k++) {
    const c = text.char(k);
    if (!isIdeograph(c)) out.put(c, 0);
    else {
      out.put(0x20, 0);
      out.put(c, 1);
      out.put(0x20, 1);
    }
  }
  return out.done();
}

function stripMarks(text: Traced): Traced {
  return filter(normalize(text, 'NFD'), (c) => !bertMarks.has(c));
}

/** BertNormalizer: cleans control characters and spaces, spaces out ideographs, strips accents (by default when lower-casing), lower-cases. */
export function bert(config: Json): Normalizer {
  const lowercase = boolean(config.lowercase, true, 'lowercase');
  const steps: Normalizer[] = [];
  if (boolean(config.clean_text, true, 'clean_text')) steps.push(clean);
  if (boolean(config.handle_chinese_chars, true, 'handle_chinese_chars')) steps.push(spaceOutIdeographs);
  if (boolean(config.strip_accents, lowercase, 'strip_accents')) steps.push(stripMarks);
  if (lowercase) steps.push(toLowerCase);
  return (text) => steps.reduce((t, step) => step(t), text);
}
