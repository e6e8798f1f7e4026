/** Opens the fixtures of test/data/tokenizers (their layout: make/pack.mjs there), or a full folder that HEADLIGHT_TOKENIZERS names. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { type OracleLine, oracleLine } from './oracle.ts';

export interface Family {
  readonly name: string;
  readonly tokenizer: unknown;
  readonly config: unknown;
  readonly lines: readonly OracleLine[];
}

type Row = [number, number[], number[], (number | null)[], string, (number | null)[] | null, [number, string][]];
interface Packed {
  readonly tokenizer: { model: { vocab: [string, number][] | Record<string, number> }; added_tokens: { id: number; content: string }[] };
  readonly config: unknown;
  readonly rows: readonly Row[];
}

const folder = new URL('../../data/tokenizers/', import.meta.url);

function unpack(name: string): unknown {
  return JSON.parse(brotliDecompressSync(readFileSync(new URL(`${name}.json.br`, folder))).toString('utf8'));
}

const texts = unpack('texts') as [string, string?][];
const maps = unpack('maps') as string[];

/** Puts the character maps back. */
function restored<T>(value: T): T {
  if (Array.isArray(value)) return value.map(restored) as T;
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, v]): [string, unknown] => {
    const map = (v as { map?: number } | null)?.map;
    return [key, key === 'precompiled_charsmap' && map !== undefined ? maps[map] : restored(v)];
  });
  return Object.fromEntries(entries) as T;
}

function piecesOf({ model, added_tokens: added }: Packed['tokenizer']): Map<number, string> {
  const { vocab } = model;
  const pieces = new Map(Array.isArray(vocab) ? vocab.map(([p], i) => [i, p]) : Object.entries(vocab).map(([p, i]) => [i, p]));
  for (const token of added) pieces.set(token.id, token.content);
  return pieces;
}

function line([text, ids, steps, words, mask, sequences, others]: Row, pieces: ReadonlyMap<number, string>): OracleLine {
  let at = 0;
  const offsets = steps.map((step) => {
    at += step;
    return at;
  });
  const tokens = ids.map((id) => pieces.get(id) ?? '');
  for (const [i, token] of others) tokens[i] = token;
  const [first, pair] = texts[text]!;
  return {
    text: first,
    ...(pair === undefined ? {} : { pair }),
    ids,
    tokens,
    offsets_utf16: ids.map((_, i) => [offsets[2 * i]!, offsets[2 * i + 1]!]),
    special_mask: Array.from(mask, Number),
    word_ids: words,
    ...(sequences === null ? {} : { sequence_ids: sequences }),
  };
}

/** The families that are packed here, one by one. */
export function familyNames(): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json.br') && name !== 'texts.json.br' && name !== 'maps.json.br')
    .map((name) => name.slice(0, -'.json.br'.length))
    .sort();
}

export function family(name: string): Family {
  const { tokenizer, config, rows } = unpack(name) as Packed;
  const pieces = piecesOf(tokenizer);
  return { name, tokenizer: restored(tokenizer), config, lines: rows.map((row) => line(row, pieces)) };
}

/** The families of an unpacked folder: one sub-folder each, with tokenizer.json and oracle.jsonl. */
export function folderFamilies(root: string): Family[] {
  const json = (path: string): unknown => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null);
  return readdirSync(root)
    .sort()
    .filter((name) => existsSync(join(root, name, 'oracle.jsonl')))
    .map((name) => ({
      name,
      tokenizer: json(join(root, name, 'tokenizer.json')),
      config: json(join(root, name, 'tokenizer_config.json')),
      lines: readFileSync(join(root, name, 'oracle.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map(oracleLine),
    }));
}
