/** UTF-8 without TextEncoder, which is no part of the language. Lone surrogates become U+FFFD, as there. */

/** Appends the UTF-8 bytes of code point `c` to `out`. */
export function pushUtf8(c: number, out: number[]): void {
  if (c < 0x80) out.push(c);
  else if (c < 0x800) out.push(0xc0 | (c >> 6), 0x80 | (c & 63));
  else if (c >= 0xd800 && c < 0xe000) out.push(0xef, 0xbf, 0xbd);
  else if (c < 0x10000) out.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
  else out.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
}

/** Number of UTF-8 bytes of code point `c`. */
export function utf8Length(c: number): number {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

/** Number of code points. */
export function characters(text: string): number {
  let n = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0xd800 && unit < 0xdc00) n--;
  }
  return n;
}

/** The UTF-8 bytes of `text`. */
export function utf8(text: string): number[] {
  const out: number[] = [];
  for (const c of text) pushUtf8(c.codePointAt(0)!, out);
  return out;
}

/** What a first byte promises: [number of bytes that follow, least and greatest second byte]; null for a byte that starts nothing. */
function promise(b: number): readonly [number, number, number] | null {
  if (b < 0xc2 || b > 0xf4) return null;
  if (b < 0xe0) return [1, 0x80, 0xbf];
  if (b < 0xf0) return [2, b === 0xe0 ? 0xa0 : 0x80, b === 0xed ? 0x9f : 0xbf];
  return [3, b === 0xf0 ? 0x90 : 0x80, b === 0xf4 ? 0x8f : 0xbf];
}

/**
 * Bytes as text. Every maximal broken part becomes one U+FFFD (Unicode 17, section 3.9, "substitution of maximal subparts").
 */
export function fromUtf8(bytes: readonly number[]): string {
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i++]!;
    if (first < 0x80) {
      text += String.fromCharCode(first);
      continue;
    }
    const p = promise(first);
    let c = p === null ? 0 : first & (0x3f >> p[0]);
    let need = p?.[0] ?? -1;
    for (let least = p?.[1] ?? 0, most = p?.[2] ?? 0; need > 0; need--, i++, least = 0x80, most = 0xbf) {
      const b = bytes[i] ?? 0;
      if (b < least || b > most) break;
      c = (c << 6) | (b & 63);
    }
    text += need === 0 ? String.fromCodePoint(c) : '\ufffd';
  }
  return text;
}

/** Whether the bytes are well-formed UTF-8. */
export function isUtf8(bytes: readonly number[]): boolean {
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i++]!;
    if (first < 0x80) continue;
    const p = promise(first);
    if (p === null) return false;
    for (let n = 0, least = p[1], most = p[2]; n < p[0]; n++, i++, least = 0x80, most = 0xbf) {
      const b = bytes[i] ?? 0;
      if (b < least || b > most) return false;
    }
  }
  return true;
}

/** Base64 as bytes; padding is optional, anything outside the alphabet ends the reading with null. */
export function fromBase64(text: string): Uint8Array | null {
  const out = new Uint8Array(Math.floor((text.replace(/=+$/, '').length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < text.length && text[i] !== '='; i++) {
    const six = BASE64.indexOf(text[i]!);
    if (six < 0) return null;
    bits = ((bits << 6) | six) & 0xffffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out[at++] = (bits >> held) & 255;
    }
  }
  return out;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
