/** Positions found in the graphs of whole models, computed by the runtime, against goldens of an independent implementation. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { runReference } from '../../../model/architectures/reference.ts';
import type { Positions } from '../../../model/positions/types.ts';
import type { RunResult } from '../../../model/protocol/engine.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { Engine } from '../../../webview/engine/engine.ts';
import type { Runtime } from '../../../webview/engine/runtime.ts';
import { openFolder } from '../../inspect/folder.ts';
import { startRuntime } from '../../inspect/runtime.ts';
import { type Golden, goldenPath, inputsOf, openGolden } from '../../model/architectures/checkpoints.ts';
import { assertClose } from '../../model/compare.ts';

/** Family, site, and what positions are to it. */
const SCHEMES: readonly (readonly [string, string, string])[] = [
  ['bert', 'self/1', 'learned'],
  ['marian', 'decoder/0', 'sinusoidal, half-split'],
  ['fsmt', 'encoder/0', 'sinusoidal, half-split'],
  ['gemma3', 'self/0', 'rotary'],
  ['bloom', 'self/1', 'ALiBi'],
  ['mpt', 'self/0', 'ALiBi'],
  ['t5', 'encoder/1', 'T5 buckets'],
  ['t5', 'cross/0', 'none'],
  ['swin', 'self/1', 'relative, 2-D (within windows)'],
  ['vit', 'self/0', 'learned, 2-D grid'],
  ['dit', 'self/0', 'sinusoidal, 2-D grid'],
  ['dinov3_vit', 'self/0', 'rotary, 2-D grid'],
];

const CLOSE = { rtol: 1e-4, atol: 2e-5 };

interface Case {
  readonly golden: Golden;
  readonly engine: Engine;
  readonly run: RunResult;
  positions(key: string, head?: number): Promise<Positions>;
}

let runtime: Runtime;
const cases = new Map<string, Promise<Case>>();

function family(name: string): Promise<Case> {
  const known = cases.get(name) ?? open(name);
  cases.set(name, known);
  return known;
}

async function open(name: string): Promise<Case> {
  const golden = await openGolden(name);
  const folder = openFolder(goldenPath(name, '.'));
  const engine = new Engine(runtime);
  await engine.open(folder, folder.model, { device: 'wasm' });
  const run = await engine.run({ raw: inputsOf(golden, 'A') });
  return { golden, engine, run, positions: (key, head = 0) => engine.positions({ run: run.run, key, head }) };
}

before(async () => {
  runtime = await startRuntime('wasm');
});
after(async () => {
  for (const one of cases.values()) await (await one).engine.close();
});

describe('positions of whole models', () => {
  for (const [name, key, words] of SCHEMES) {
    it(`${name}, ${key}: ${words}`, async () => {
      assert.equal((await (await family(name)).positions(key)).words, words);
    });
  }

  const TABLES = [
    ['bert', 'self/0', 'stage/bert.embeddings.position_embeddings', 0],
    ['gpt2', 'self/1', 'stage/transformer.wpe', 0],
    ['bart', 'encoder/0', 'stage/model.encoder.embed_positions', 2],
  ] as const;
  for (const [name, key, stage, first] of TABLES) {
    it(`${name}: the table is what the embedding of positions gave`, async () => {
      const { golden, positions } = await family(name);
      const [table, ...others] = (await positions(key)).added;
      const expected = golden.tensors.get(`A/${stage}`);
      assert.equal(others.length, 0);
      assertClose(table!.data, expected.data.subarray(0, table!.data.length) as Float32Array, CLOSE);
      assert.equal(table!.data.length, expected.shape.at(-1)! * expected.shape.at(-2)!);
      assert.equal(table!.stored!.first, first);
    });
  }

  /** Stages before the rotation, the layer, and the number of its heads. */
  const TURNED = [
    ['llama', 'self/0', 'stage/model.layers.0.self_attn.q_proj', null],
    ['llama3', 'self/1', 'stage/model.layers.1.self_attn.q_proj', 'Llama 3 scaling by 8'],
    ['qwen3', 'self/0', 'stage/model.layers.0.self_attn.q_norm', null],
    ['gemma3', 'self/1', 'stage/model.layers.1.self_attn.q_norm', null],
  ] as const;
  for (const [name, key, stage, scaling] of TURNED) {
    it(`${name}: the angles turn the projection into the q of the run`, async () => {
      const { golden, engine, run, positions } = await family(name);
      const { rotation } = await positions(key);
      if (scaling) assert.equal(rotation!.scaling, scaling);
      const { heads } = run.sites.find((site) => site.key === key)!;
      const before = await stageOf(golden, stage);
      for (let head = 0; head < heads; head++) {
        const { q, headDim } = await engine.vectors({ run: run.run, key, head });
        const turned = turn(rowsOf(before, heads, head, headDim), headDim, rotation!);
        assertClose(turned, q, { rtol: 1e-3, atol: 2e-4 }, `${name} head ${head}`);
      }
    });
  }

  it('partial rotation leaves the other columns alone (GPT-NeoX)', async () => {
    const { rotation } = await (await family('gpt_neox')).positions('self/0');
    assert.equal(rotation!.pairs, 2);
  });

  for (const [name, parts] of [
    ['bert-relative', 2],
    ['deberta-v2', 2],
    ['transfo-xl', 1],
  ] as const) {
    it(`${name}: the score is q·k and the terms of positions`, async () => {
      const { engine, run, positions } = await family(name);
      const [key, head] = ['self/1', 2];
      const { terms } = await positions(key, head);
      assert.equal(terms.length, parts);
      const { scores, queries, keys } = await engine.scores({ run: run.run, key, head });
      const { q, k, headDim, scale } = await engine.vectors({ run: run.run, key, head });
      const sum = Float32Array.from(scores, (score, at) => {
        const [i, j] = [Math.floor(at / keys), at % keys];
        let dot = 0;
        for (let d = 0; d < headDim; d++) dot += q[i * headDim + d]! * k[j * headDim + d]!;
        // What the mask hides is no sum.
        return score < -1e4 ? score : dot * scale! + terms.reduce((all, term) => all + term.map!.data[at]!, 0);
      });
      assert.equal(scores.length, queries * keys);
      assertClose(sum, scores, { rtol: 1e-3, atol: 2e-3 }, name);
    });
  }

  it('ALiBi and the bias of T5 are the difference between score and product', async () => {
    for (const [name, key] of [
      ['mpt', 'self/1'],
      ['t5', 'encoder/1'],
    ] as const) {
      const { engine, run, positions } = await family(name);
      const { biases } = await positions(key);
      const [bias] = biases;
      assert.equal(biases.length, 1);
      const head = 1;
      const { scores, queries, keys } = await engine.scores({ run: run.run, key, head });
      const { q, k, headDim, scale } = await engine.vectors({ run: run.run, key, head });
      const rest = (i: number, j: number) => {
        let dot = 0;
        for (let d = 0; d < headDim; d++) dot += q[i * headDim + d]! * k[j * headDim + d]!;
        return scores[i * keys + j]! - dot * scale!;
      };
      const at = (distance: number) => bias!.byDistance[head * bias!.distances.length + bias!.distances.indexOf(distance)]!;
      const last = queries - 1;
      // Softmax does not notice what a whole row has: differences within a row count.
      for (let j = 0; j < keys; j++) {
        assert.ok(Math.abs(rest(last, j) - rest(last, last) - (at(j - last) - at(0))) < 2e-3, `${name}, key ${j}`);
      }
    }
  });
});

/** A stage of case A: the golden one where it is kept, else the reference's, which equals it. */
async function stageOf(golden: Golden, stage: string): Promise<Tensor> {
  if (golden.tensors.has(`A/${stage}`)) return golden.tensors.get(`A/${stage}`);
  return (await runReference(golden.checkpoint, inputsOf(golden, 'A'), { stages: [stage] })).get(stage)!;
}

/** [B, T, H·d] or [B, T, H, d] or [B, H, T, d] → rows of a head, [T, d] */
function rowsOf({ shape, data }: Tensor, heads: number, head: number, headDim: number): Float32Array {
  const byHead = shape.length === 4 && shape[1] === heads && shape[2] !== heads;
  const length = shape.length === 4 ? (byHead ? shape[2]! : shape[1]!) : shape[1]!;
  const out = new Float32Array(length * headDim);
  for (let t = 0; t < length; t++) {
    const from = (byHead ? head * length + t : t * heads + head) * headDim;
    out.set(data.subarray(from, from + headDim) as Float32Array, t * headDim);
  }
  return out;
}

function turn(rows: Float32Array, headDim: number, { angles, pairs, layout, factor }: NonNullable<Positions['rotation']>): Float32Array {
  const out = rows.slice();
  for (let t = 0; t * headDim < rows.length; t++) {
    for (let i = 0; i < pairs; i++) {
      const [a, b] = layout === 'half' ? [i, i + pairs] : [2 * i, 2 * i + 1];
      const angle = angles[t * pairs + i]!;
      const [x, y] = [rows[t * headDim + a]!, rows[t * headDim + b]!];
      out[t * headDim + a] = factor * (x * Math.cos(angle) - y * Math.sin(angle));
      out[t * headDim + b] = factor * (x * Math.sin(angle) + y * Math.cos(angle));
    }
  }
  return out;
}
