/**
 * What the harness shows: real texts with their real tokens, and for runs without the engine the attention that Hugging Face computed
 * for them (test/data/goldens).
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OpenResult, RunResult, SiteFacts } from '../../../model/protocol/engine.ts';
import type { KnownHead, ShowParams, Token } from '../../../model/protocol/panel.ts';
import { loadTokenizer } from '../../../model/text/index.ts';
import { goldenCase, patternCase, pictureCase, visionCase } from './golden-case.ts';

/** The repository: the first folder above this file (or above the bundle that holds it) with the panel's entry. */
export const ROOT = ((): string => {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'webview/main.tsx'))) return folder;
    if (folder === dirname(folder)) throw new Error('The harness lies outside the repository.');
  }
})();
const GOLDENS = join(ROOT, 'test/data/goldens');

/** A model on a text, and the weights of every head, `[H, T, T]` a layer, where they are recorded. */
export interface Case {
  readonly show: ShowParams;
  readonly record: Record | null;
}

export interface Record {
  readonly opened: OpenResult;
  readonly run: RunResult;
  readonly weights: Weights;
}

/** Recorded or made weights: of a site `[H, T, T]`, of one head `[T, T]`. */
export interface Weights {
  get(key: string): Float32Array | undefined;
  head(key: string, head: number): Float32Array;
}

/** `headlight-gpt/1`: text 1 of that model's goldens. `headlight-gpt/story.md` (a sample) and `headlight-gpt/text:…` have no record: for the real engine. */
export function caseOf(name: string): Case {
  const [model = '', which = ''] = name.split('/');
  if (model === 'made') return madeCase(which);
  if (model === 'checkpoint') return { show: goldenCase(which), record: null };
  if (model === 'vision') return { show: visionCase(which), record: null };
  if (model === 'pattern') return { show: patternCase(which), record: null };
  if (model === 'picture') return { show: pictureCase(ROOT, name.slice('picture/'.length)), record: null };
  const texts = (JSON.parse(readFileSync(join(GOLDENS, 'goldens.json'), 'utf8')) as { texts: { [model: string]: string[] } }).texts;
  const golden = texts[model]?.[Number(which)];
  const text = golden ?? (which.startsWith('text:') ? which.slice(5) : readFileSync(join(ROOT, 'media/samples', which), 'utf8'));
  const show = showParams(model, text);
  return { show, record: golden === undefined ? null : recordOf(model, Number(which), show) };
}

function showParams(model: string, text: string): ShowParams {
  const folder = join(ROOT, 'media/models', model);
  const files = (readdirSync(folder, { recursive: true }) as string[])
    .map((path) => ({ path, size: statSync(join(folder, path)).size }))
    .filter((f) => !f.path.endsWith('/') && statSync(join(folder, f.path)).isFile());
  const all = tokensOf(model, text);
  const most = model === 'headlight-gpt' ? 256 : 128;
  const tokens = all.slice(0, most);
  return {
    model: { id: model, name: model, entry: existsSync(join(folder, 'onnx/model.onnx')) ? 'onnx/model.onnx' : '', files },
    uris: Object.fromEntries(files.map((f) => [f.path, `/models/${model}/${f.path}`])),
    input: {
      kind: 'text',
      text,
      tokens,
      notice: tokens.length < all.length ? `The text was cut to the ${most} tokens that the model can read.` : null,
    },
    run: { ids: tokens.map((t) => t.id) },
    select: {},
    knownHeads: knownHeads(folder),
    restore: { model, text },
    device: 'wasm',
  };
}

function tokensOf(model: string, text: string): readonly Token[] {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, 'media/models', model, name), 'utf8'));
  return loadTokenizer(read('tokenizer.json'), read('tokenizer_config.json')).encode(text).tokens;
}

function knownHeads(folder: string): KnownHead[] {
  const measured = JSON.parse(readFileSync(join(folder, 'measured.json'), 'utf8')) as {
    heads?: { [relation: string]: { best: { layer: number; head: number; weight: number }[] } };
  };
  return Object.entries(measured.heads ?? {}).flatMap(([relation, { best }]) => (best[0] ? [{ relation, ...best[0] }] : []));
}

function recordOf(model: string, text: number, show: ShowParams): Record {
  const tensors = readSafetensors(join(GOLDENS, `${model}.safetensors`));
  const sites = new Map<string, Float32Array>();
  for (let layer = 0; tensors.has(`${text}/attention/${layer}`); layer++)
    sites.set(`self/${layer}`, tensors.get(`${text}/attention/${layer}`)!);
  const T = show.run.ids!.length;
  const [first] = sites.values();
  const weights: Weights = {
    get: (key) => sites.get(key),
    head: (key, head) => sites.get(key)!.subarray(head * T * T, (head + 1) * T * T),
  };
  return record(show, { weights, layers: sites.size, heads: first!.length / (T * T), T, causal: model === 'headlight-gpt' });
}

interface Shape {
  readonly weights: Weights;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads?: number;
  readonly T: number;
  readonly causal: boolean;
}

/** Opened model and run around recorded weights. */
function record(show: ShowParams, { weights, layers, heads, kvHeads = heads, T, causal }: Shape): Record {
  const site = (key: string, layer: number): SiteFacts => ({
    key,
    kind: 'self',
    layer,
    heads,
    kvHeads,
    headDim: 32,
    how: 'read',
    causal,
    window: null,
    sink: false,
    scale: null,
    softcap: null,
    qk: false,
    node: `/layer.${layer}/softmax`,
    where: `layer ${layer + 1} · self-attention`,
  });
  const model = {
    path: show.model.entry,
    format: 'onnx' as const,
    architecture: causal ? 'GPT-2' : 'BERT',
    layers,
    heads,
    kvHeads,
    headDim: 32,
    parameters: 1_088_256,
    dtype: 'float32',
    quantization: null,
    positions: 'learned',
    maxTokens: 256,
    vocabulary: 2048,
  };
  const keys = Array.from({ length: layers }, (_, layer) => `self/${layer}`);
  return {
    opened: {
      model,
      sites: keys.map(site),
      refused: [],
      warnings: [],
      config: null,
      outputs: [],
      inputs: [],
      problem: null,
      device: 'wasm',
      timingsMs: { open: 1 },
    } satisfies OpenResult,
    run: {
      run: 1,
      sites: keys.map((key) => ({ key, batch: 1, heads, queries: T, keys: T, rowSumError: 2e-7, checkError: null })),
      outputs: [],
      device: 'wasm',
      refused: [],
      fallback: null,
      runMs: 12,
      createMs: 0,
      warnings: [],
    } satisfies RunResult,
    weights,
  };
}

/** Tensors of float32 by name. The goldens are small: read whole. */
function readSafetensors(path: string): Map<string, Float32Array> {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as { [name: string]: { dtype: string; data_offsets: [number, number] } };
  const tensors = new Map<string, Float32Array>();
  for (const [
    name,
    {
      dtype,
      data_offsets: [from, to],
    },
  ] of Object.entries(header)) {
    if (dtype === 'F32')
      tensors.set(name, new Float32Array(bytes.buffer.slice(bytes.byteOffset + 8 + length + from, bytes.byteOffset + 8 + length + to)));
  }
  return tensors;
}

/** `900`, `64:48x25` or `64:6x12g4`: tokens, layers × heads (12 × 12), key heads (as many as heads). */
function madeShape(name: string) {
  const [, T, layers = 12, heads = 12, kvHeads = heads] = (/^(\d+)(?::(\d+)x(\d+)(?:g(\d+))?)?$/.exec(name) ?? [])
    .map(Number)
    .map((n) => n || undefined);
  return { T: T ?? 8, layers, heads, kvHeads };
}

/** Layers of heads over `T` tokens, weights made by a softmax of a fixed sequence of numbers: for measuring speed, not for looking at. */
function madeCase(name: string): Case {
  const { T, layers, heads, kvHeads } = madeShape(name);
  const words = Array.from({ length: T }, (_, i) => `word${i}`);
  const text = words.map((w, i) => w + ((i + 1) % 12 === 0 ? '\n' : ' ')).join('');
  let at = 0;
  const tokens = words.map((piece, i): Token => {
    const token = { id: i, piece, start: at, end: at + piece.length, special: false, word: i, segment: 0 as const };
    at += piece.length + 1;
    return token;
  });
  const show: ShowParams = {
    ...showParams('headlight-gpt', 'x'),
    model: { id: `made ${name}`, name: `made ${name}`, entry: '', files: [] },
    input: { kind: 'text', text, tokens, notice: null },
    run: { ids: tokens.map((t) => t.id) },
    knownHeads: [],
  };
  const weights: Weights = {
    get: () => undefined,
    head: (key, head) => madeHead(T, Number(key.split('/')[1]), head),
  };
  return { show, record: record(show, { weights, layers, heads, kvHeads, T, causal: true }) };
}

/** One head's weights `[T, T]`: looks `head` tokens back, a little at the first token, and everywhere by a fixed sequence of numbers. */
function madeHead(T: number, layer: number, head: number): Float32Array {
  const weights = new Float32Array(T * T);
  let state = 12345 + layer * 100 + head;
  for (let query = 0; query < T; query++) {
    let sum = 0;
    for (let key = 0; key <= query; key++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const value = Math.exp(4 * (state / 2 ** 32) + (query - key === head ? 5 : 0) + (key === 0 ? 3 : 0));
      weights[query * T + key] = value;
      sum += value;
    }
    for (let key = 0; key <= query; key++) weights[query * T + key]! /= sum;
  }
  return weights;
}

/** A site's weights pooled by maximum into at most 32 × 32 cells a head, `[H, rows, columns]`, as the engine pools them. */
export function pooled({ run, weights }: Record, key: string): Float32Array {
  const { heads, queries, keys } = run.sites.find((s) => s.key === key)!;
  const [rows, columns] = [Math.min(32, queries), Math.min(32, keys)];
  const data = new Float32Array(heads * rows * columns);
  for (let head = 0; head < heads; head++) {
    const own = weights.head(key, head);
    for (let query = 0; query < queries; query++) {
      const row = (head * rows + Math.floor((query * rows) / queries)) * columns;
      for (let k = 0; k < keys; k++) {
        const at = row + Math.floor((k * columns) / keys);
        data[at] = Math.max(data[at]!, own[query * keys + k]!);
      }
    }
  }
  return data;
}
