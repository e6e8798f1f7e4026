/**
 * JSON objects from bytes that nobody vouches for.
 */
import { asHeadlightError, HeadlightError } from '../errors.ts';

/** The part of the platform's decoder that is used; every host of this code has it, though no ECMAScript library declares it. */
declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean });
  decode(bytes: Uint8Array): string;
}

export interface ParsedObject {
  readonly object: Readonly<Record<string, unknown>>;
  /** The first key of the outermost object that stands there twice (`JSON.parse` keeps the last one silently), or null. */
  readonly repeated: string | null;
}

/**
 * A JSON object from its UTF-8 bytes.
 * @param what how a sentence begins that says what is wrong: `model.safetensors: the header`
 * @throws HeadlightError `format` when the bytes are not UTF-8, not JSON, or another value than an object
 */
export function parseObject(what: string, bytes: Uint8Array): ParsedObject {
  const text = decode(what, bytes);
  const value = parse(what, text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new HeadlightError('format', `${what} is not an object.`);
  return { object: value as Record<string, unknown>, repeated: firstRepeatedKey(text) };
}

function decode(what: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new HeadlightError('format', `${what} is not valid UTF-8.`, { cause: error });
  }
}

function parse(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw asHeadlightError(error, 'format', `${what} is not valid JSON`);
  }
}

/** Walks over valid JSON: at depth 1 a string that is followed by a colon is a key. */
function firstRepeatedKey(text: string): string | null {
  const seen = new Set<string>();
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === '"') {
      const end = endOfString(text, at);
      if (depth === 1 && isKey(text, end)) {
        const key = JSON.parse(text.slice(at, end)) as string;
        if (seen.has(key)) return key;
        seen.add(key);
      }
      at = end - 1;
    }
  }
  return null;
}

/** Position behind the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function isKey(text: string, at: number): boolean {
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return text[at] === ':';
}
