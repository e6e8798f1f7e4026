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
    .filter(
      (name) => name.endsWith('.json.br') && !['texts', 'maps', 'combinations', 'trained'].includes(name.slice(0, -'.json.br'.length)),
    )
    .map((name) => name.slice(0, -'.json.br'.length))
    .sort();
}

export function family(name: string): Family {
  const { tokenizer, config, rows } = unpack(name) as Packed;
  const pieces = piecesOf(tokenizer);
  return { name, tokenizer: restored(tokenizer), config, lines: rows.map((row) => line(row, pieces)) };
}

/** A pipeline of combinations.json.br: a family's model under other components. */
export interface Combination {
  readonly name: string;
  readonly tokenizer: Readonly<Record<string, unknown>>;
  /** The library names an added token by its normalized content then, which it cannot find again; decoding is not compared. */
  readonly renamesTokens: boolean;
  readonly rows: readonly (OracleLine & {
    readonly type_ids: readonly number[];
    readonly specials: boolean;
    readonly decoded: string;
    readonly skipped: string;
    readonly random_ids: readonly number[];
    readonly random_decoded: string;
  })[];
}

interface PackedCombination {
  readonly family: string;
  readonly parts: { readonly normalizer: unknown; readonly added_tokens: readonly { readonly normalized: boolean }[] };
  readonly model: object;
  readonly rows: Combination['rows'];
}

/** Random pipelines on random Unicode, with what the library says (make/combinations.py). */
export function combinations(): Combination[] {
  const map = (family('xlm-roberta').tokenizer as { normalizer: { precompiled_charsmap: string } }).normalizer.precompiled_charsmap;
  const bases = new Map<string, { readonly model: object }>();
  return (unpack('combinations') as PackedCombination[]).map(({ family: base, parts, model, rows }, i) => {
    const whole = bases.get(base) ?? (family(base).tokenizer as { readonly model: object });
    bases.set(base, whole);
    const own = JSON.parse(JSON.stringify(parts), (_, value: unknown) => (value === '@map' ? map : value)) as object;
    const renamesTokens = parts.normalizer !== null && parts.added_tokens.some((t) => t.normalized);
    return { name: `${i} ${base}`, tokenizer: { ...whole, ...own, model: { ...whole.model, ...model } }, renamesTokens, rows };
  });
}

/** A small tokenizer of unusual make with what the library says of random texts (make/trained.py). */
export interface Trained {
  readonly tokenizer: Readonly<Record<string, unknown>> & { readonly model: Readonly<Record<string, unknown>> };
  readonly renamesTokens: boolean;
  readonly rows: Combination['rows'];
}

export function trained(): Trained[] {
  const map = (family('xlm-roberta').tokenizer as { normalizer: { precompiled_charsmap: string } }).normalizer.precompiled_charsmap;
  return (unpack('trained') as Pick<Trained, 'tokenizer' | 'rows'>[]).map(({ tokenizer: packed, rows }) => {
    const tokenizer = JSON.parse(JSON.stringify(packed), (_, value: unknown) => (value === '@map' ? map : value)) as Trained['tokenizer'];
    const added = tokenizer.added_tokens as readonly { readonly normalized: boolean }[];
    return { tokenizer, renamesTokens: tokenizer.normalizer !== null && added.some((t) => t.normalized), rows };
  });
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
