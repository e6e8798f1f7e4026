/** The corpus of graphs with golden attention: its cases, and what a case's graph gives when it is probed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Found, Outputs } from '../../../model/attention/index.ts';
import {
  checkOf,
  findAttention,
  headModel,
  instrument,
  type Site,
  thumbnailsOf,
  type Weights,
  weightsOf,
} from '../../../model/attention/index.ts';
import { decodeModel } from '../../../model/onnx/wire.ts';
import { type Tensor, tensor } from '../../../model/tensor.ts';
import { Goldens, readJson } from '../goldens.ts';
import { type External, Session } from './session.ts';

export interface GoldenSite {
  readonly kind: string;
  readonly layer: number;
  readonly heads: number;
  readonly T: number;
  readonly S: number;
  readonly key: string;
  readonly exact: boolean;
  /** What the site must say of itself, where the golden tells. */
  readonly causal?: boolean;
  readonly window?: number | null;
  readonly sink?: boolean;
  readonly kvHeads?: number;
}

export interface Golden {
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly sites: readonly GoldenSite[];
  readonly refuse: readonly unknown[];
  readonly tolerance: number;
  readonly outputTolerance: number;
  readonly validRows?: readonly number[];
  readonly runs?: string;
  readonly confirmed?: boolean;
}

export interface Case {
  /** What tests call it: folder, file where there are several, `past` for the run with a cache. */
  readonly name: string;
  readonly model: string;
  readonly golden: Golden;
  readonly tensors: string;
}

/** All cases below a folder, by name. A model has its golden under its own name (`F.golden.json`) or the folder's (`golden.json`). */
export function casesIn(root: string): Case[] {
  const files = readdirSync(root, { recursive: true }).map(String);
  const cases: Case[] = [];
  for (const file of files.filter((f) => f.endsWith('.onnx') && !f.startsWith('bad')).sort()) {
    const folder = join(root, dirname(file));
    const stem = basename(file, '.onnx');
    for (const golden of [`${stem}.golden`, ...(stem === 'model' ? ['golden', 'past.golden'] : [])]) {
      const json = join(folder, `${golden}.json`);
      if (!existsSync(json)) continue;
      const content = readJson<Golden>(json);
      if (!Array.isArray(content.sites)) continue;
      const own = stem === 'model' ? dirname(file) : join(dirname(file), stem);
      cases.push({
        name: golden.startsWith('past') ? `${own}/past` : own,
        model: join(root, file),
        golden: content,
        tensors: join(folder, `${golden}.safetensors`),
      });
    }
  }
  return cases;
}

function externalOf(path: string): External[] {
  return readdirSync(dirname(path))
    .filter((f) => /\.onnx_data|\.data$/.test(f))
    .map((f) => ({ path: f, data: new Uint8Array(readFileSync(join(dirname(path), f))) }));
}

/** One case, opened. */
export class Probed {
  readonly found: Found;
  private readonly feeds: ReadonlyMap<string, Tensor>;
  private readonly external: External[];

  constructor(
    readonly one: Case,
    unfuse = false,
  ) {
    this.found = findAttention(decodeModel(new Uint8Array(readFileSync(one.model)), one.name), { file: one.model, unfuse });
    this.feeds = Goldens.read(one.tensors).under('input/');
    this.external = externalOf(one.model);
  }

  /** The goldens call the towers of CLIP encoder and decoder. */
  goldenKey(site: Site): string {
    const kind = site.kind === 'vision' ? 'encoder' : site.kind === 'text' ? 'decoder' : site.kind;
    return `attention/${kind}/${site.layer}`;
  }

  /** A run that keeps the weights: by site, and the file's own outputs. */
  async weights(): Promise<{ weights: Map<Site, Weights>; errors: Map<Site, number | null>; outputs: Outputs }> {
    const { model, taps } = instrument(this.found.model, this.found.sites, 'weights');
    const session = await Session.create(model, this.external);
    const outputs = await session.run(this.feeds);
    await session.release();
    const weights = new Map(this.found.sites.map((site, i) => [site, weightsOf(taps[i]!, outputs)]));
    const errors = new Map(this.found.sites.map((site, i) => [site, checkOf(taps[i]!, outputs)]));
    return { weights, errors, outputs };
  }

  /** A run that keeps q and k: every head of every site rebuilt, and the thumbnails. Sites that keep weights all the same are left out. */
  async vectors(): Promise<Map<Site, { heads: Weights; thumbnails: { rows: number; columns: number; data: Float32Array } }>> {
    const { model, taps } = instrument(this.found.model, this.found.sites, 'vectors');
    const session = await Session.create(model, this.external);
    const outputs = await session.run(this.feeds);
    await session.release();
    const result = new Map<Site, { heads: Weights; thumbnails: { rows: number; columns: number; data: Float32Array } }>();
    for (const [i, site] of this.found.sites.entries()) {
      const head = headModel(this.found.model, site, taps[i]!);
      if (!head) continue;
      const thumbnails = thumbnailsOf(taps[i]!, outputs);
      const own = await Session.create(head.model);
      const feeds = new Map([...head.feeds].map(([input, output]) => [input, outputs.get(output)!]));
      const pieces: Float32Array[] = [];
      let shape: readonly number[] = [];
      for (let b = 0; b < thumbnails.batch; b++) {
        for (let h = 0; h < thumbnails.heads; h++) {
          const asked = new Map([...feeds, [head.head, index(h)] as const, [head.batch, index(b)] as const]);
          const made = (await own.run(asked)).get(head.weights)!;
          pieces.push(made.data as Float32Array);
          shape = made.shape;
        }
      }
      await own.release();
      const data = Float32Array.from(pieces.flatMap((p) => [...p]));
      result.set(site, {
        heads: { batch: thumbnails.batch, heads: thumbnails.heads, queries: shape[0]!, keys: shape[1]!, data },
        thumbnails,
      });
    }
    return result;
  }
}

function index(value: number): Tensor {
  return tensor('int64', [1], BigInt64Array.of(BigInt(value)));
}

/** The largest value of each cell, by definition: the thumbnails' own formula in plain loops. */
export function pooledByHand(w: Weights): Float32Array {
  // Maps of more than 448 rows have cells of whole blocks of 8 rows.
  const cellT = w.queries > 448 ? 8 * Math.ceil(Math.ceil(w.queries / 8) / 32) : Math.ceil(w.queries / 32);
  const cellS = Math.ceil(w.keys / 32);
  const [rows, columns] = [Math.ceil(w.queries / cellT), Math.ceil(w.keys / cellS)];
  const result = new Float32Array(w.batch * w.heads * rows * columns).fill(Number.NEGATIVE_INFINITY);
  for (let m = 0; m < w.batch * w.heads; m++) {
    for (let t = 0; t < w.queries; t++) {
      for (let s = 0; s < w.keys; s++) {
        const cell = (m * rows + Math.floor(t / cellT)) * columns + Math.floor(s / cellS);
        result[cell] = Math.max(result[cell]!, w.data[(m * w.queries + t) * w.keys + s]!);
      }
    }
  }
  return result;
}

/** Largest difference; of rows that the golden calls valid where it says so. ∞ for different sizes or a NaN. */
export function distance(w: Weights, golden: Tensor, validRows?: readonly number[]): number {
  const [B, H, T, S] = golden.shape as [number, number, number, number];
  if (w.batch !== B || w.heads !== H || w.queries !== T || w.keys !== S) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < golden.data.length; i++) {
    const row = Math.floor(i / S) % T;
    if (validRows && row >= validRows[Math.floor(i / (S * T * H))]!) continue;
    const error = Math.abs(Number(golden.data[i]) - w.data[i]!);
    if (!(error <= largest)) largest = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
  }
  return largest;
}
