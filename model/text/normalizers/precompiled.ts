import { type Json, malformed, string } from '../json.ts';
import { Rewrite } from '../traced.ts';
import { characters, fromBase64, fromUtf8, utf8 } from '../utf8.ts';
import type { Normalizer } from './index.ts';

/** A SentencePiece character map: looks bytes up and gives what replaces them. */
type CharsMap = (bytes: readonly number[]) => readonly number[] | null;

/**
 * Reads a map: a u32 length, that many bytes of a double array (darts-clone: one u32 a unit), then replacement strings, each ended by NUL.
 * The first (shortest) key that begins the looked-up bytes wins, as in the library.
 */
function charsMap(base64: string): CharsMap {
  const bytes = fromBase64(base64);
  if (bytes === null || bytes.length < 8) throw malformed('precompiled_charsmap is no character map');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = view.getUint32(0, true);
  if (size % 4 !== 0 || size < 4 || 4 + size > bytes.length) throw malformed('precompiled_charsmap is no character map');
  const units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 + 4 * i, true));
  const strings = bytes.subarray(4 + size);
  const known = new Map<number, readonly number[]>();
  return (key) => {
    const value = lookUp(units, key);
    if (value === null) return null;
    const found = known.get(value) ?? stringAt(strings, value);
    known.set(value, found);
    return found;
  };
}

function lookUp(units: Uint32Array, key: readonly number[]): number | null {
  const offset = (unit: number) => (unit >>> 10) << ((unit & 512) >>> 6);
  let node = offset(units[0]!);
  for (const b of key) {
    if (b === 0) return null;
    node ^= b;
    const unit = units[node];
    if (unit === undefined || (unit & 0x800000ff) >>> 0 !== b) return null;
    node ^= offset(unit);
    if ((unit & 256) !== 0) return (units[node] ?? 0) & 0x7fffffff;
  }
  return null;
}

function stringAt(strings: Uint8Array, at: number): readonly number[] {
  const end = strings.indexOf(0, at);
  const bytes = Array.from(strings.subarray(at, end < 0 ? strings.length : end));
  return Array.from(fromUtf8(bytes), (c) => c.codePointAt(0)!);
}

/** The edits of a text, with the library's own rule for lengths that differ. */
class Edits {
  readonly chars: number[] = [];
  readonly changes: number[] = [];
  changed = false;

  keep(c: number): void {
    this.chars.push(c);
    this.changes.push(0);
  }

  /** `oldLength` characters become `to`: surplus ones at the end are insertions, missing ones are swallowed by the last written so far, if any. */
  replace(oldLength: number, to: readonly number[]): void {
    const surplus = to.length - oldLength;
    to.forEach((c, i) => {
      this.chars.push(c);
      this.changes.push(i >= to.length - surplus ? 1 : 0);
    });
    if (surplus < 0 && this.changes.length > 0) this.changes[this.changes.length - 1]! += surplus;
    this.changed = true;
  }
}

/** Keys of the map are shorter than this many bytes of a grapheme; longer graphemes are looked up character by character. */
const GRAPHEME_BYTES = 6;

/**
 * Characters between any two of which a grapheme ends (Grapheme_Cluster_Break "Other", UAX 29 rule GB999): Latin, Greek, Cyrillic and Armenian letters,
 * kana, ideographs, common signs. Only what stands between them is shown to the segmenter, which costs a hundred times as much.
 */
const ALONE =
  '\\x20-\\x7e\\xa0-\\xac\\xae-\\u02ff\\u0370-\\u0482\\u048a-\\u058f\\u1e00-\\u1fff\\u2010-\\u2027\\u3001-\\u3029\\u3041-\\u3096\\u30a1-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff';
/** A run of such characters (group 1) up to where the last one's successor might belong to it, or a stretch for the segmenter. */
const STRETCH = new RegExp(
  `((?:[${ALONE}](?=[${ALONE}]|$))+)|[${ALONE}]?[^${ALONE}](?:[^${ALONE}]|[${ALONE}](?=[^${ALONE}]))*[${ALONE}]?`,
  'gu',
);

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What a map does to one text. */
class Pass {
  readonly edits = new Edits();
  constructor(
    private readonly map: CharsMap,
    /** Replacements of single characters, null for those that stay; shared by all passes of a map. */
    private readonly known: Map<number, readonly number[] | null>,
  ) {}

  character(c: number): void {
    let to = this.known.get(c);
    if (to === undefined) {
      to = this.map(utf8(String.fromCodePoint(c)));
      this.known.set(c, to);
    }
    if (to === null) this.edits.keep(c);
    else this.edits.replace(1, to);
  }

  characters(text: string): void {
    for (const c of text) this.character(c.codePointAt(0)!);
  }

  grapheme(text: string): void {
    const bytes = utf8(text);
    const whole = bytes.length < GRAPHEME_BYTES ? this.map(bytes) : null;
    if (whole !== null) this.edits.replace(characters(text), whole);
    else this.characters(text);
  }

  run(text: string): Edits {
    for (const [stretch, alone] of text.matchAll(STRETCH)) {
      if (alone !== undefined) this.characters(alone);
      else for (const { segment } of segmenter.segment(stretch)) this.grapheme(segment);
    }
    return this.edits;
  }
}

/** Precompiled: SentencePiece's character map, grapheme by grapheme. */
export function precompiled(config: Json): Normalizer {
  const base64 = config.precompiled_charsmap;
  if (base64 === null || base64 === undefined || base64 === '') return (text) => text;
  const map = charsMap(string(base64, 'precompiled_charsmap'));
  const known = new Map<number, readonly number[] | null>();
  return (text) => {
    const edits = new Pass(map, known).run(text.text);
    if (!edits.changed) return text;
    const out = new Rewrite(text);
    for (let i = 0; i < edits.chars.length; i++) out.put(edits.chars[i]!, edits.changes[i]!);
    return out.done();
  };
}
